import type { en } from "./en";

const { format } = new Intl.NumberFormat("tr");

export const tr: typeof en = {
  panel: (course) => `${course} dersi`,
  count: (count) => (count > 99 ? "99+" : format(count)),
  instructor: "Eğitmen",
  projector: "Projektör kipi",
  hushed: "Yansıtırken gizli.",
  missing: "Bu bölüm yüklenemedi. Açmak için hücreyi yeniden çalıştırın.",
};
