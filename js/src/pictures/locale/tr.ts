import type { en } from "./en";

export const tr: typeof en = {
  picture: "Resim",
  open: (alt) => `${alt || "Resim"}. Büyük göster`,
  close: "Kapat",
  loading: "Resim yükleniyor",
  failed: "Resim yüklenemedi.",
  offline: "Çevrimdışı: resim sonra gelir.",
  again: "Yeniden dene",
  describe: "Resimde ne var?",
  remove: "Resmi kaldır",
  preparing: "Resim hazırlanıyor",
  noPicture: "Bu bir resim değil: PNG, JPEG, WebP, GIF veya SVG.",
  tooLarge: "SVG veya hareketli GIF en çok 1 MiB olabilir. Küçültün ya da PNG olarak gönderin.",
  unread: "Resim okunamıyor.",
  late: "Çekirdek meşgul; resmi ilk fırsatta alacak.",
  lost: "Bu resim hazır olmadan sayfa yenilendi. Yeniden ekleyin.",
  leftOut: (most, count) => `Bir mesajda en çok ${most} resim olur; ${count} resim alınmadı.`,
};
