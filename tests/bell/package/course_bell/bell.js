import { feature, h, useSignal, wordsIn } from "edu:core";

const wordsOf = wordsIn({
  en: { ring: "Ring", rung: (count, by) => (count ? `Rung ${count} times, last by ${by}` : "Quiet") },
  tr: { ring: "Çal", rung: (count, by) => (count ? `Çalınma: ${count}, son çalan: ${by}` : "Sessiz") },
});

const isBell = (value) => value !== null && typeof value === "object" && value.id === "bell";

/** The bell as a page holds it, for any number of views. */
class Room {
  constructor(connection) {
    this.connection = connection;
    this.bells = connection.mirror("bell", (value) => (isBell(value) ? value : null));
  }

  ring() {
    this.connection.intend("bell.ring", {});
  }

  dispose() {
    this.connection.dispose();
  }
}

const styles = ".bell { display: flex; gap: 12px; align-items: center; padding: 12px; }";

function View({ room, options }) {
  const { lang } = useSignal(options);
  useSignal(room.bells.version);
  const words = wordsOf(lang);
  const { count = 0, by = "" } = room.bells.get("bell") ?? {};
  return h("section", { class: "edu bell", lang }, [
    h("button", { type: "button", class: "btn", onClick: () => room.ring() }, words.ring),
    h("span", { role: "status" }, words.rung(count, by)),
  ]);
}

export default feature((connection) => new Room(connection), View, [styles]);
