import type { NotificationsCatalog } from "./en";

const { format } = new Intl.NumberFormat("tr");

export const tr: NotificationsCatalog = {
  notifications: "Bildirimler",
  unread: (count) => `${format(count)} okunmamış`,
  isUnread: "Okunmamış",
  markRead: (title) => `Okundu say: ${title}`,
  markAllRead: "Tümünü okundu say",
  clear: "Tümünü kaldır",
  askClear: () => "Kalıcı olarak kaldırılsın mı?",
  confirmClear: (count) => (count === 1 ? "Kaldır" : `${format(count)} bildirimi kaldır`),
  doNotDisturb: "Rahatsız etme",

  nothing: "Yeni bildirim yok",
  nothingHint: "Anketler, sizden söz eden iletiler ve eğitmeninizin notları burada görünür.",

  types: {
    info: "Not",
    success: "Başarı",
    warning: "Uyarı",
    error: "Hata",
    course_update: "Ders güncellemesi",
    payment: "Ödeme",
    message: "İleti",
  },
  mentioned: (name) => `${name} sizden söz etti`,
  pollOpen: "Anket açıldı",
  activity: "Etkinlik",
  courseUpdate: "Derste yenilik var",

  show: "Göster",
  vote: "Oy ver",
  leadsTo: (host) => `açılacak adres: ${host}`,
  newTab: "yeni sekmede açılır",
  chosen: "Seçildi",
  choosing: "Gönderiliyor",

  dismiss: "Kapat",
  news: (count) => (count === 1 ? "Yeni bildirim" : `${format(count)} yeni bildirim`),

  now: "şimdi",
  minutes: (count) => `${format(count)} dk`,
};
