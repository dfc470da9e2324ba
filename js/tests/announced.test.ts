import { afterEach, expect, test, vi } from "vitest";
import { message, messages } from "./mock";
import { closeAll, live, settled } from "./stage";

afterEach(closeAll);

const wait = async (time: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(time);
  await settled();
};

test("what is new while one reads further up is read out, at most every ten seconds", async () => {
  const shown = await live(messages(1, 60));
  const log = shown.find(".log");
  log.scrollTop = 0;
  await settled();
  expect(log.getAttribute("aria-live")).toBe("off");
  const said = (): string => shown.find(".logbox > [role=status]").textContent ?? "";
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  let n = 0;
  const comes = async (): Promise<void> => {
    n++;
    shown.model.say({ op: "batch", n, set: { messages: [message(60 + n)] } });
    await settled();
  };
  await comes();
  expect(said()).toBe("");
  await wait(300);
  // What comes all the time does not put it off.
  await comes();
  await comes();
  await wait(300);
  expect(said()).toBe("3 new");
  await comes();
  await wait(9_000);
  expect(said()).toBe("3 new");
  await comes();
  await wait(1_100);
  expect(said()).toBe("5 new");
});

test("a row's name says what it says, not only of whom it is", async () => {
  const body = [["p", "Why ", ["code", "(3,)"], "?"]];
  const shown = await live([
    message(1, { body }),
    message(2, { type: "system", body: "Mira has joined" }),
    message(3, { body: `${"x".repeat(399)}🎉🎉` }),
  ]);
  const names = shown.all("article").map(({ ariaLabel }) => ariaLabel);
  expect(names[0]).toMatch(/^Priya, \d\d:\d\d: Why \(3,\)\?$/);
  expect(names[1]).toBe("Mira has joined");
  expect(names[2]).toMatch(/: x{399}…$/);
});
