import type { ChatCatalog } from "./catalog";

const { format } = new Intl.NumberFormat("tr");

export const tr: ChatCatalog = {
  chat: "Sohbet",
  you: "Siz",
  unnamed: "Biri",
  roles: { instructor: "Eğitmen", admin: "Yönetici" },
  edited: "düzenlendi",

  empty: "Henüz ileti yok",
  emptyHint: (course) =>
    `Kod çalışırken de soru sorabilirsiniz. ${course} dersindeki herkes okuyabilir.`,
  composer: "Sınıfa yaz",
  readonly: "Burada okuyabilirsiniz, yazamazsınız.",
  send: "Gönder",
  insertCode: "Kod ekle",
  pending: "Gönderiliyor",
  queued: "Sırada",
  slowed: (seconds) => `${format(seconds)} sn sonra gönderilecek`,
  unconfirmed: "Gönderildi, doğrulanmadı",
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
};
