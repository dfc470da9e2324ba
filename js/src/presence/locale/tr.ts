import type { PresenceCatalog } from "./en";

const { format } = new Intl.NumberFormat("tr");

const unit = (name: "minute" | "hour") =>
  new Intl.NumberFormat("tr", { style: "unit", unit: name, unitDisplay: "short" });
const minutes = unit("minute");
const hours = unit("hour");

const counted: PresenceCatalog["counted"] = {
  stuck: "takıldı",
  done: "bitirdi",
  following: "takipte",
  none: "yanıtsız",
  away: "uzakta",
};

export const tr: PresenceCatalog = {
  people: "Kişiler",
  you: (name) => `${name} (siz)`,
  unnamed: "Biri",
  roles: { instructor: "Eğitmen", admin: "Yönetici" },

  standing: {
    stuck: "Takıldı",
    done: "Bitirdi",
    following: "Takipte",
    none: "Yanıtsız",
    away: "Uzakta",
  },
  counted,
  handsCounted: () => "el",
  lasts: (ms) =>
    ms < 60_000
      ? "şimdi"
      : ms < 3_600_000
        ? minutes.format(Math.floor(ms / 60_000))
        : hours.format(Math.floor(ms / 3_600_000)),
  figures: (counts, up) =>
    [
      ...counts.map(([name, count]) => `${format(count)} ${counted[name]}`),
      `${format(up)} el`,
    ].join(", "),

  myStatus: "Durumum",
  own: { following: "Takipteyim", done: "Bitirdim", stuck: "Takıldım" },
  statusKept: "Saklandı; bağlantı gelince gönderilir.",
  raise: "El kaldır",
  handUp: "Eliniz kalkık",
  change: "Değiştir",
  lower: "İndir",
  helping: (name) => `${name} ilgileniyor`,
  youHelp: "Siz ilgileniyorsunuz",
  solvedBy: (name) => `${name}, çözüldü olarak işaretledi.`,
  solved: "Çözüldü",
  take: "İlgilen",
  giveBack: "Geri bırak",
  hands: (count) => `${format(count)} el, en uzun bekleyen önce`,
  noHands: "Kalkan el yok",
  takeHand: (name) => `İlgilen: ${name}`,
  solveHand: (name) => `Çözüldü: ${name}`,
  giveBackHand: (name) => `Geri bırak: ${name}`,
  errorOf: (name) => `Hata: ${name}`,

  raiseTitle: "El kaldırın",
  note: "Konu nedir?",
  noteHint: "İsteğe bağlı, yalnızca eğitmenlere.",
  sendError: "Hata da gönderilsin mi?",
  errorPreview: "Gönderilecek olan",
  tooLong: (over) => `${format(over)} karakter fazla`,

  everyone: "Herkes, takılanlar önce",
  newExercise: "Yeni alıştırma",
  clearAll: "Tüm durumlar silinsin mi?",
  takeBack: "Geri almak için yeniden basın",
  clear: "Sil",
  hideNames: "Adları gizle",
  namesHidden: "Adlar, notlar ve hatalar gizli.",

  admission: "Kimler katılabilir",
  newInvite: "Yeni davet",
  newInviteAsk: "Şimdiki davet sona ersin mi? İçeridekiler kalır.",
  inviteIs: "Öğrenciler bununla katılır:",
  copyInvite: "Kopyala",
  closeDoor: "Kapıyı kapat",
  openDoor: "Kapıyı aç",
  doorClosed: "Kapı kapalı: yeni kimse giremez.",
  removedPeople: "Çıkarılanlar",
  nobodyRemoved: "Çıkarılan kimse yok",
  readmit: (name) => `Yeniden al: ${name}`,
  moreOf: (name) => `Seçenekler: ${name}`,
  removePerson: "Dersten çıkar",
  removeAll: "Aynı yoldan gelenlerle birlikte çıkar",
  removeAsk: (name) => `${name} dersten çıkarılsın mı? Yeniden alınana dek giremez.`,
  removeAllAsk: (name) =>
    `${name} ve aynı davetle aynı adresten gelen bütün öğrenciler çıkarılsın mı? Tek yönlendirici arkasındaki bir sınıfın adresi birdir.`,
  removeOpen: "Şimdiki davetle yeni biri olarak dönülebilir: ardından yeni bir davet oluşturun.",
  remove: "Çıkar",

  find: (people) => `${format(people)} kişi arasında ara`,
  findOne: "Kişi ara",
  show: "Göster",
  all: "Tümü",
  filters: {
    stuck: "Takılan",
    hands: "Eller",
    following: "Takipte",
    none: "Yanıtsız",
    away: "Uzakta",
    done: "Bitiren",
  },
  range: (from, to, total) => `${format(from)}–${format(to)} / ${format(total)}`,
  previous: "Önceki",
  next: "Sonraki",
  nobody: "Kimse yok",
  looking: "Aranıyor",
  manyHere: "Burada olanlar",

  notOffered: "Bu ders kimlerin burada olduğunu göstermiyor.",
  unknown: "Kimlerin burada olduğu bağlantı gelince yeniden bilinecek.",
};
