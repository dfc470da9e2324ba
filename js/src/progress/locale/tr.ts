import type { ProgressCatalog } from "./en";

const { format } = new Intl.NumberFormat("tr");

const unit = (name: "minute" | "hour") =>
  new Intl.NumberFormat("tr", { style: "unit", unit: name, unitDisplay: "short" });
const minutes = unit("minute");
const hours = unit("hour");

export const tr: ProgressCatalog = {
  progress: "İlerleme",
  exercises: "Alıştırmalar",
  manyPeople: (count) => `${format(count)} kişi`,
  ownDone: (done, all) => `biten: ${format(done)}/${format(all)}`,
  unnamed: "Biri",

  counted: { done: "bitirdi", stuck: "takıldı", working: "çalışıyor", none: "başlamadı" },
  figures: (title, done, stuck, working, none) =>
    `${title}: ${format(done)} bitirdi, ${format(stuck)} takıldı, ${format(working)} çalışıyor, ${format(none)} başlamadı`,
  now: "Şimdi",

  done: "Bitti",
  running: "Çalışıyor",
  attempt: (count) => `${format(count)}. deneme`,
  passed: (passed, all) => `${format(passed)}/${format(all)}`,
  passedChecks: (passed, all) => `geçen kontrol: ${format(passed)}/${format(all)}`,
  check: (number) => `${format(number)}. kontrol:`,
  waits: "Burada geçti, henüz sayılmadı",
  waitsToo: "Henüz sayılmadı",
  again: "%check komutunu yeni bir hücreye koy",
  checkCell: "Kontrol et",
  hintFrom: (name) => `İpucu: ${name}`,
  classDone: (done, all) => `${format(done)}/${format(all)} kişi bitirdi:`,
  private: "Kontrollerinizi yalnız siz ve eğitmenleriniz görür.",
  noExercises: "Henüz alıştırma yok",
  noExercisesHint: "Sınıfa alıştırma vermek için lesson.progress.exercise(…) çalıştırın.",
  notBegun: "Eğitmeniniz verince burada görünürler.",

  sameFailure: "Aynı hata, en çok kişi önce",
  noFailures: "Hata yok",
  inExercise: "alıştırma:",
  numbered: (number) => `${format(number)}. kontrol`,
  first: (ago) => (ago ? `ilki ${ago} önce` : "ilki az önce"),
  sendHintTo: (people) => `Bu ${format(people)} kişiye ipucu gönder`,
  sendHintToOne: "İpucu gönder",
  hintAgain: "Yeniden ipucu",
  onlyThese: (people) =>
    people === 1 ? "Yalnız bu kişi görür." : `Yalnız bu ${format(people)} kişi görür.`,
  sendTo: (people) => `${format(people)} kişiye gönder`,
  hintText: "İpucu",
  hintSent: (time) => `ipucu gönderildi: ${time}`,
  doneSince: (done, all) => `sonrasında bitiren: ${format(done)}/${format(all)}`,
  more: (groups) => `Tek kişilik ${format(groups)} hata daha`,
  show: "Göster",

  everyone: "Herkes, en uzun takılan önce",
  name: "Ad",
  sinceWhen: "süre",
  lasts: (ms) =>
    ms < 60_000
      ? ""
      : ms < 3_600_000
        ? minutes.format(Math.floor(ms / 60_000))
        : hours.format(Math.floor(ms / 3_600_000)),
  stuckFor: (time) => (time ? `takıldı, ${time}` : "az önce takıldı"),
  idleFor: (time) => `ilerleme yok, ${time}`,
  notBegunCell: "başlamadı",
  find: (people) => `${format(people)} kişi arasında ara`,
  findOne: "Kişi ara",
  filters: {
    all: "Tümü",
    stuck: "Takılan",
    idle: "İlerlemeyen",
    working: "Çalışan",
    done: "Bitiren",
  },
  showOnly: "Göster",
  nobody: "Kimse yok",

  hideNames: "Adları gizle",
  namesHidden: "Adlar, küçük gruplar ve iletiler gizli.",
  options: "Seçenekler",
  shareCounts: "Sınıfa kaç kişinin bitirdiğini göster",
  notOffered: "Bu derste alıştırma yok.",
};
