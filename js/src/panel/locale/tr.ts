import type { PanelCatalog } from "./catalog";

const { format } = new Intl.NumberFormat("tr");

export const tr: PanelCatalog = {
  panel: (course) => `${course} dersi`,
  tabs: { chat: "Sohbet", polls: "Anketler", people: "Kişiler", notifications: "Bildirimler" },
  fresh: {
    chat: (count) => `${format(count)} okunmamış`,
    polls: (count) => `oy bekleyen ${format(count)}`,
    people: (count) => `bekleyen ${format(count)} el`,
    notifications: (count) => `${format(count)} okunmamış`,
  },
  helped: "yardım geliyor",
  count: (count) => (count > 99 ? "99+" : format(count)),

  instructor: "Eğitmen",
  figures: {
    done: () => "bitirdi",
    stuck: () => "takıldı",
    away: () => "uzakta",
    hands: () => "el",
  },
  toPeople: "kişileri göster",
  hideNames: "Adları gizle",
  quiet: "Rahatsız etme",
  projector: "Projektör kipi",
  leave: "Projektör kipinden çık",
  hushed: "Yansıtırken gizli.",
  missing: "Bu bölüm yüklenemedi. Açmak için hücreyi yeniden çalıştırın.",
};
