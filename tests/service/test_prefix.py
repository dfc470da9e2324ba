"""Behind a proxy that passes the path of the public URL on, as JupyterHub's does."""

import asyncio
from pathlib import Path

from edu_widgets.client.invites import MembershipFiles, join, parse_invite
from edu_widgets.service import addresses

from .harness import COURSE, serving

PUBLIC = "http://127.0.0.1:1/services/class"


async def test_everything_is_under_the_public_path_too(tmp_path: Path) -> None:
    async with serving(tmp_path, address=addresses.address(PUBLIC)) as service:
        base = f"{service.url}/services/class"
        assert service.server.state.public_url == PUBLIC
        invite = parse_invite(f"{base}/{COURSE}?code={service.code}")
        assert (invite.base, invite.course) == (base, COURSE)
        member, target = await asyncio.to_thread(
            join, invite, "Ada", MembershipFiles(tmp_path / "people")
        )
        ada = await service.open(
            await asyncio.to_thread(target.token), path="/services/class/api/realtime/ws"
        )
        assert (await ada.enter())["userId"] == member.user_id
        page = await service.ask("GET", f"/services/class/{COURSE}")
        assert page.status == 200
        assert f"{PUBLIC}/{COURSE}" in page.body
        assert "class/services" not in page.body
        health = await service.ask("GET", "/services/class/health")
        assert health.body["ok"] is True
