import type { Catalog } from "./catalog";

const { format } = new Intl.NumberFormat("tr");

export const tr: Catalog = {
  lang: "tr",
  here: (people) => `${format(people)} kişi burada`,
  others: (people) => `ve ${format(people)} kişi daha`,
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

  copyCode: "Kodu kopyala",
  copied: "Kopyalandı",
  insertCell: "Yeni bir hücreye ekle",
  inserted: "Eklendi",
  code: "Kod",

  today: "Bugün",
  yesterday: "Dün",
};
