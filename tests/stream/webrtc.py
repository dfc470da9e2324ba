"""The ends of WebRTC sessions at a media server: one that sends a picture, one that takes one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from aiohttp import web
from aiortc import (
    MediaStreamTrack,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

SIZE = (180, 320, 3)
SDP = "application/sdp"


class Flash(VideoStreamTrack):
    """A picture that is black, and white from a moment on."""

    def __init__(self, at: float) -> None:
        super().__init__()
        self._at = at

    async def recv(self) -> VideoFrame:
        pts, base = await self.next_timestamp()
        shade = 255 if time.time() >= self._at else 0
        frame = VideoFrame.from_ndarray(np.full(SIZE, shade, np.uint8), format="rgb24")
        frame.pts, frame.time_base = pts, base
        return frame


@dataclass
class Peers:
    """Sessions by WHEP and WHIP, each ended where it was begun."""

    flash_at: float = float("inf")
    """When what is sent becomes white, in seconds since 1970."""
    taken: int = 0
    """Frames that came by WHIP."""
    ended: int = 0
    """Sessions that a page has ended."""
    tokens: list[str] = field(default_factory=list)
    """The tokens that sessions began with."""
    _open: dict[str, RTCPeerConnection] = field(default_factory=dict)

    async def whep(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._send)

    async def whip(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._take)

    async def close(self, _: object = None) -> None:
        """End all sessions."""
        for name in list(self._open):
            await self._open.pop(name).close()

    async def _answer(self, request: web.Request, prepare: object) -> web.Response:
        name = request.query.get("session", "")
        if request.method == "PATCH":
            return web.Response(status=204)
        if request.method == "DELETE":
            self.ended += 1
            await self._open.pop(name).close()
            return web.Response()
        self.tokens.append(request.headers.get("Authorization", ""))
        pc = RTCPeerConnection()
        prepare(pc)  # type: ignore[operator]
        await pc.setRemoteDescription(RTCSessionDescription(await request.text(), "offer"))
        await pc.setLocalDescription(await pc.createAnswer())
        name = str(len(self.tokens))
        self._open[name] = pc
        place = {"Location": f"{request.path}?session={name}"}
        sdp = pc.localDescription.sdp
        return web.Response(status=201, text=sdp, content_type=SDP, headers=place)

    def _send(self, pc: RTCPeerConnection) -> None:
        _ = pc.addTrack(Flash(self.flash_at))

    def _take(self, pc: RTCPeerConnection) -> None:
        @pc.on("track")
        async def take(track: MediaStreamTrack) -> None:
            if track.kind != "video":
                return
            while True:
                try:
                    await track.recv()
                except MediaStreamError:
                    return
                self.taken += 1
