import type { Catalog } from "./catalog";

const { format } = new Intl.NumberFormat("tr");

export const tr: Catalog = {
  lang: "tr",
  chat: "Sohbet",
  here: (people) => `${format(people)} kişi burada`,
  others: (people) => `ve ${format(people)} kişi daha`,
  you: "Siz",
  unnamed: "Biri",
  roles: { instructor: "Eğitmen", admin: "Yönetici" },
  edited: "düzenlendi",

  live: "Canlı",
  connecting: "Bağlanıyor",
  reconnecting: "Yeniden bağlanıyor",
  offline: "Çevrimdışı",
  notConnected: "Bağlı değil",

  onReconnecting: (count) =>
    count === 0
      ? "Yazdıklarınız saklanır ve gönderilir."
      : `${format(count)} ileti sırada, gönderilecek.`,
  onOffline: (count) =>
    `${count === 0 ? "Yazdıklarınız saklanır" : `${format(count)} ileti sırada`}. Bağlantı gelince gider.`,
  nextTry: (seconds) => `Yeniden deneme: ${format(seconds)}\u00a0sn`,
  kept: (count) => `${format(count)} ileti saklanıyor.`,
  onBusy: {
    lead: "Çekirdek meşgul.",
    rest: "Okuyabilirsiniz; yazdıklarınız hücre bitince gider.",
  },
  onGone: { lead: "Çekirdek durdu.", rest: "Hücreyi yeniden çalıştırın." },
  onClosed: { lead: "Dersten ayrıldınız.", rest: "join() hücresini yeniden çalıştırın." },
  onStopped: (reason) => ({ lead: "Bağlı değil.", rest: reason }),
  onForbidden: (course, reason) => ({ lead: `${course} dersine girilemiyor.`, rest: reason }),
  askInstructor: "Eğitmeninizden yeni bir davet isteyin, sonra hücreyi yeniden çalıştırın.",
  retryNow: "Şimdi dene",

  empty: "Henüz ileti yok",
  emptyHint: (course) =>
    `Kod çalışırken de soru sorabilirsiniz. ${course} dersindeki herkes okuyabilir.`,
  composer: "Sınıfa yaz",
  readonly: "Burada okuyabilirsiniz, yazamazsınız.",
  send: "Gönder",
  insertCode: "Kod ekle",
  copyCode: "Kodu kopyala",
  copied: "Kopyalandı",
  code: "Kod",

  pending: "Gönderiliyor",
  queued: "Sırada",
  slowed: (seconds) => `${format(seconds)} sn sonra gönderilecek`,
  failed: "Gönderilemedi",
  retry: "Yeniden dene",
  discard: "Sil",
  tooLong: (count, most) => `${format(most)} karakter yerine ${format(count)}: kısaltın.`,

  typing: (names, people) => {
    const [first, second] = names;
    if (people > 2 || !first) return "Birkaç kişi yazıyor";
    return second ? `${first} ve ${second} yazıyor` : `${first} yazıyor`;
  },
  pill: (count) => `${format(count)} yeni`,
  divider: "Yeni",
  reactions: "Tepkiler",
  reaction: (emoji, count, own) => `${emoji} ${format(count)}${own ? ", sizinki dahil" : ""}`,
  inReplyTo: "Yanıtlanan:",
  showAll: "Tümünü göster",
  showLess: "Daha az göster",
  loading: "Önceki iletiler yükleniyor",

  today: "Bugün",
  yesterday: "Dün",
};
