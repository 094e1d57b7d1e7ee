/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-folder-names.h"

/* What folders are called where the server does not tell what they are for: what services make by
 * themselves first, then what mail programs make, language by language. Names are parted by `|`.
 * Where several of one role stand side by side, the one named first here is taken. */
static const struct
{
  const char *sent;
  const char *drafts;
  const char *trash;
  const char *junk;
  const char *archive;
} languages[] = {
  /* English: Exchange, iCloud, Yahoo, Gmail, then programs */
  { "Sent Items|Sent Messages|Sent Mail|Sent|Sent Email|Sent E-mails",
    "Drafts|Draft|Draft Messages|Draft Mail",
    "Deleted Items|Deleted Messages|Trash|Bin|Deleted|Deleted Mail|Recycle Bin|Wastebasket|Rubbish",
    "Junk Email|Junk E-mail|Bulk Mail|Bulk|Junk|Spam|Junk Mail|Quarantine|Suspected Spam",
    "Archive|Archives|Archived|Archive Mail" },
  /* German: Exchange, GMX and WEB.DE, Strato and T-Online, then programs */
  { "Gesendete Elemente|Gesendet|Gesendete Objekte|Gesendete Nachrichten|Gesendete Mails|"
    "Gesendete E-Mails|Versendet",
    "Entwürfe|Entwurf|Entwuerfe|Nachrichtenentwürfe",
    "Gelöschte Elemente|Gelöscht|Papierkorb|Gelöschte Objekte|Gelöschte Nachrichten|"
    "Geloeschte Elemente|Müll|Mülleimer",
    "Junk-E-Mail|Spamverdacht|Spam-Verdacht|Unerwünscht|Unerwünschte E-Mails",
    "Archiv|Archivierte Nachrichten|Archivierte Elemente" },
  { "Éléments envoyés|Messages envoyés|Envoyés|Courrier envoyé|Courriers envoyés|Envoyé",
    "Brouillons|Brouillon", "Éléments supprimés|Messages supprimés|Corbeille|Supprimés|Poubelle",
    "Courrier indésirable|Indésirables|Indésirable|Pourriel|Pourriels|Quarantaine",
    "Messages archivés|Archivés" },
  { "Elementos enviados|Mensajes enviados|Enviados|Correo enviado|Enviado", "Borradores|Borrador",
    "Elementos eliminados|Mensajes eliminados|Papelera|Eliminados|Papelera de reciclaje|Borrados",
    "Correo no deseado|Correo electrónico no deseado|No deseado|Correo basura",
    "Archivo|Archivos|Archivados|Archivar|Archivo de mensajes" },
  { "Posta inviata|Inviati|Inviata|Messaggi inviati|Elementi inviati", "Bozze|Bozza",
    "Posta eliminata|Cestino|Eliminati|Messaggi eliminati|Elementi eliminati",
    "Posta indesiderata|Indesiderata|Posta spazzatura|Messaggi indesiderati",
    "Archivio|Archivi|Archiviati|Archiviata" },
  { "Itens enviados|Mensagens enviadas|Enviadas|E-mails enviados|Correio enviado",
    "Rascunhos|Rascunho",
    "Itens excluídos|Itens eliminados|Mensagens excluídas|Lixeira|Lixo|Excluídos|Reciclagem",
    "Lixo eletrônico|Correio eletrónico não solicitado|Correio não solicitado|E-mail de lixo|"
    "Lixo eletrónico",
    "Arquivo|Arquivos|Arquivo Morto|Arquivar|Arquivados|Arquivadas" },
  { "Verzonden items|Verzonden|Verzonden berichten|Verstuurd|Verzonden e-mail",
    "Concepten|Concept|Kladjes",
    "Verwijderde items|Prullenbak|Prullenmand|Verwijderd|Verwijderde berichten",
    "Ongewenste e-mail|Ongewenst|Ongewenste reclame|Ongewenste mail",
    "Archief|Archieven|Gearchiveerd" },
  /* Swedish, Danish, Norwegian, Finnish, Icelandic */
  { "Skickat|Skickade objekt|Skickade|Skickade meddelanden|Skickad e-post", "Utkast",
    "Borttaget|Borttagna objekt|Papperskorgen|Papperskorg|Borttagna|Raderade",
    "Skräppost|Skräp|Skräpposten|Oönskat", "Arkiv|Arkiverat|Arkiverade" },
  { "Sendt post|Sendt|Sendte elementer|Sendte meddelelser|Sendte beskeder", "Kladder|Kladde",
    "Slettet post|Papirkurv|Slettede elementer|Slettet|Papirkurven",
    "Uønsket mail|Uønsket e-mail|Uønsket post|Uønsket", "Arkivér|Arkiveret" },
  { "Sendte elementer|Sendt e-post|Sendte e-poster|Sendte meldinger", "Kladd|Utkaster",
    "Slettede elementer|Søppelkurv|Søppel|Slettede meldinger|Slettede",
    "Søppelpost|Useriøs e-post|Uønsket e-post", "Arkivert|Arkivere" },
  { "Lähetetyt|Lähetetyt viestit|Lähetetyt kohteet|Lähetetty posti|Lähetetty",
    "Luonnokset|Luonnos|Keskeneräiset", "Poistetut|Poistetut kohteet|Roskakori|Poistetut viestit",
    "Roskaposti|Roskapostit|Roskasähköposti", "Arkisto|Arkistoidut|Arkistoi" },
  { "Sendir hlutir|Send skilaboð|Sent póstur|Sendur póstur", "Drög|Uppköst",
    "Eyddir hlutir|Eytt|Ruslafata|Rusl", "Ruslpóstur|Óumbeðinn póstur",
    "Safn|Safnmappa|Skjalasafn" },
  /* Polish, Czech, Slovak, Hungarian, Romanian */
  { "Elementy wysłane|Wysłane|Wiadomości wysłane|Wysłane elementy|Poczta wysłana",
    "Wersje robocze|Kopie robocze|Szkice|Robocze|Brudnopis",
    "Elementy usunięte|Usunięte|Kosz|Usunięte elementy|Śmieci",
    "Wiadomości-śmieci|Wiadomości śmieci|Niechciane|Poczta-śmieci|Niechciana poczta",
    "Archiwum|Archiwa|Zarchiwizowane" },
  { "Odeslaná pošta|Odeslané|Odeslaná|Odeslané zprávy|Odeslané položky",
    "Koncepty|Koncept|Rozepsané", "Odstraněná pošta|Koš|Odstraněné|Odstraněné položky|Smazané",
    "Nevyžádaná pošta|Nevyžádané", "Archivované|Archivy" },
  { "Odoslaná pošta|Odoslané|Odoslané správy|Odoslané položky", "Rozpísané|Návrhy|Rozpracované",
    "Odstránená pošta|Kôš|Odstránené|Odstránené položky|Vymazané",
    "Nevyžiadaná pošta|Nevyžiadané|Nevyžiadaný obsah", "Archív|Archívy|Archivovať" },
  { "Elküldött elemek|Elküldött|Elküldött levelek|Elküldött üzenetek",
    "Piszkozatok|Piszkozat|Vázlatok", "Törölt elemek|Kuka|Lomtár|Törölt levelek|Törölt|Szemetes",
    "Levélszemét|Szemét|Kéretlen levelek", "Archívum|Archivált|Archiválás" },
  { "Elemente trimise|Trimise|Mesaje trimise|Articole trimise|E-mailuri trimise",
    "Schițe|Schiţe|Ciorne|Mesaje nefinalizate",
    "Elemente șterse|Elemente şterse|Coș de gunoi|Coş|Gunoi|Șterse|Articole șterse",
    "E-mail nedorit|Nedorite|Mesaje nesolicitate|Poștă nedorită", "Arhivă|Arhiva|Arhivate" },
  /* Russian (mail.ru, Yandex, Exchange), Ukrainian, Bulgarian, Serbian, Belarusian */
  { "Отправленные|Отправленное|Отправленные письма", "Черновики|Черновик",
    "Удаленные|Удалённые|Корзина|Удаленное|Удаленные элементы|Удалённые элементы",
    "Спам|Нежелательная почта|Сомнительные|Нежелательные", "Архив|Архивы|Архивные" },
  { "Надіслані|Відправлені|Надіслані елементи|Відіслані", "Чернетки|Чорновики|Чернетка",
    "Видалені|Кошик|Видалені елементи|Смітник", "Небажана пошта|Небажана електронна пошта|Небажані",
    "Архів|Архіви|Архівні" },
  { "Изпратени|Изпратени елементи|Изпратена поща|Изпратени писма", "Чернови|Чернова",
    "Изтрити|Изтрити елементи|Кошче|Кошче за боклук", "Нежелана поща|Нежелани|Боклук",
    "Архивирани|Архивиране" },
  { "Послато|Послате|Послате ставке|Poslato|Poslate stavke|Послата пошта",
    "Радне верзије|Нацрти|Radne verzije|Недовршено",
    "Избрисано|Отпад|Смеће|Izbrisane stavke|Корпа|Избрисане ставке",
    "Нежељено|Непожељна пошта|Neželjena pošta|Безвредна е-пошта", "Архива|Arhivirano|Архивирано" },
  { "Адпраўленыя|Дасланыя|Адпраўлена", "Чарнавікі|Чарнавік", "Выдаленыя|Сметніца|Кошык",
    "Непажаданая пошта|Лухта", "Архіў|Архівы" },
  /* Croatian, Slovenian, Estonian, Latvian, Lithuanian */
  { "Poslane stavke|Poslano|Poslane poruke|Poslana pošta", "Skice|Nacrti|Skica",
    "Izbrisano|Smeće|Izbrisane poruke|Koš za smeće|Otpad",
    "Neželjena e-pošta|Bezvrijedna pošta|Neželjeno", "Pismohrana|Arhive" },
  { "Poslani elementi|Poslana sporočila|Poslani", "Osnutki|Osnutek",
    "Izbrisani elementi|Izbrisana sporočila|Smeti",
    "Neželena e-pošta|Neželena pošta|Vsiljena pošta", "Arhivska|Arhivi" },
  { "Saadetud üksused|Saadetud|Saadetud kirjad", "Mustandid|Mustand",
    "Kustutatud üksused|Prügikast|Kustutatud|Prügi", "Rämpspost|Rämps|Praht", "Arhiiv|Arhiivid" },
  { "Nosūtītie vienumi|Nosūtītie|Nosūtīts|Nosūtītās vēstules|Izsūtītās", "Melnraksti|Melnraksts",
    "Izdzēstie vienumi|Izdzēstie|Atkritne|Miskaste|Dzēstās",
    "Surogātpasts|Mēstules|Nevēlams e-pasts", "Arhīvs|Arhīvi" },
  { "Išsiųsti elementai|Išsiųsti|Išsiųsti laiškai|Išsiųstieji", "Juodraščiai|Juodraštis",
    "Ištrinti elementai|Šiukšlinė|Šiukšliadėžė|Ištrinti|Panaikinti elementai",
    "Brukalas|Šlamštas|Nepageidaujami laiškai|Nepageidaujamas el. paštas", "Archyvas|Archyvai" },
  /* Greek, Turkish, Hebrew, Arabic, Persian */
  { "Απεσταλμένα|Σταλμένα|Απεσταλμένα στοιχεία|Απεσταλμένη αλληλογραφία",
    "Πρόχειρα|Πρόχειρο|Προσχέδια",
    "Διαγραμμένα|Κάδος απορριμμάτων|Διαγραμμένα στοιχεία|Απορρίμματα|Κάδος",
    "Ανεπιθύμητη αλληλογραφία|Ανεπιθύμητα|Ανεπιθύμητη", "Αρχειοθέτηση|Αρχείο|Αρχεία" },
  { "Gönderilmiş Öğeler|Gönderilenler|Gönderilmiş|Gönderilmiş Postalar|Gönderilen",
    "Taslaklar|Taslak", "Silinmiş Öğeler|Silinenler|Çöp Kutusu|Çöp|Silinmiş",
    "Önemsiz E-posta|Önemsiz|Gereksiz|Önemsiz Posta|İstenmeyen", "Arşiv|Arşivler|Arşivlenenler" },
  { "פריטים שנשלחו|דואר שנשלח|נשלח|הודעות שנשלחו", "טיוטות|טיוטה",
    "פריטים שנמחקו|אשפה|נמחק|דואר שנמחק|סל המחזור", "דואר זבל|זבל|ספאם", "ארכיון|בארכיון" },
  { "العناصر المرسلة|البريد المرسل|المرسلة|الرسائل المرسلة|مرسل|المرسل", "المسودات|مسودات|مسودة",
    "العناصر المحذوفة|المحذوفات|سلة المهملات|المهملات|محذوف",
    "البريد غير الهام|البريد غير المرغوب فيه|الرسائل غير المرغوب فيها|بريد مزعج|غير مرغوب فيه",
    "الأرشيف|أرشيف|المؤرشفة" },
  { "موارد ارسالی|ارسال شده|فرستاده شده|ارسال‌شده",
    "پیش‌نویس‌ها|پیش‌نویس|پیش نویس ها",
    "موارد حذف شده|سطل زباله|حذف شده|زباله‌دان",
    "هرزنامه|هرزنامه‌ها|نامه‌های ناخواسته", "بایگانی|آرشیو" },
  /* Hindi, Thai, Vietnamese, Indonesian and Malay */
  { "भेजे गए आइटम|भेजी गई मेल|प्रेषित|भेजे गए", "ड्राफ़्ट|ड्राफ्ट|मसौदा", "हटाए गए आइटम|ट्रैश|रद्दी|कचरा",
    "जंक ईमेल|स्पैम|जंक", "संग्रह|पुरालेख" },
  { "รายการที่ถูกส่ง|จดหมายที่ส่งแล้ว|ส่งแล้ว|รายการที่ส่ง", "แบบร่าง|จดหมายร่าง|ร่างจดหมาย",
    "รายการที่ถูกลบ|ถังขยะ|ลบแล้ว|รายการที่ลบ", "อีเมลขยะ|จดหมายขยะ|สแปม", "ที่เก็บถาวร|เก็บถาวร|ไฟล์เก็บถาวร" },
  { "Thư đã gửi|Mục đã Gửi|Đã gửi|Các mục đã gửi", "Thư nháp|Bản nháp|Nháp",
    "Mục đã Xóa|Thùng rác|Đã xóa|Thư đã xóa|Các mục đã xoá", "Email Rác|Thư rác",
    "Lưu trữ|Kho lưu trữ" },
  { "Item Terkirim|Terkirim|Surat Terkirim|Pesan terkirim|Item Dihantar|Dihantar",
    "Draf|Konsep|Naskah", "Item Dihapus|Tempat Sampah|Sampah|Terhapus|Item Dipadamkan|Dipadamkan",
    "Email Sampah|Surat Sampah|E-mel Remeh|Remeh", "Arsip|Arsipkan|Arkibkan" },
  /* Japanese, Korean, Chinese: Exchange, Yahoo, Naver, 163 and 126, QQ, Sina, then programs */
  { "送信済みアイテム|送信済みメール|送信済み|送信済みトレイ|送信済", "下書き|下書き箱|草稿トレイ",
    "削除済みアイテム|ゴミ箱|ごみ箱|削除済みメール|削除済み",
    "迷惑メール|迷惑メールフォルダ|スパム|スパムメール", "アーカイブ|アーカイヴ|保管" },
  { "보낸 편지함|보낸편지함|보낸메일함|보낸 메일함|보낸 메일", "임시 보관함|임시보관함|초안",
    "지운 편지함|휴지통|지운편지함|삭제된 항목", "정크 메일|스팸메일함|스팸편지함|스팸|정크메일",
    "보관|보관함|보관 처리|아카이브" },
  { "已发送邮件|已发送|已发邮件|已发送的邮件", "草稿|草稿箱|草稿夹",
    "已删除邮件|已删除|垃圾箱|废件箱|废纸篓|回收站", "垃圾邮件|广告邮件|垃圾邮件箱",
    "存档|归档|邮件归档|归档邮件" },
  { "寄件備份|寄件備份匣|已傳送|已傳送的郵件|已寄出|已傳送郵件", "草稿匣|草稿備份",
    "刪除的郵件|垃圾桶|已刪除|已刪除的郵件|資源回收筒", "垃圾郵件|垃圾信件匣|廣告郵件|垃圾信",
    "封存|典藏" },
  /* Catalan, Basque, Galician */
  { "Elements enviats|Enviats|Missatges enviats|Correu enviat", "Esborranys|Esborrany",
    "Elements suprimits|Paperera|Suprimits|Missatges suprimits",
    "Correu brossa|Brossa|Correu no desitjat", "Arxiu|Arxius|Arxivats" },
  { "Bidalitako elementuak|Bidalitakoak|Bidalia|Bidalita", "Zirriborroak|Zirriborroa",
    "Ezabatutako elementuak|Zakarrontzia|Ezabatutakoak|Zaborrontzia", "Zabor-posta|Zabor posta",
    "Artxibatutakoak|Artxiboa" },
  { "Correo enviado|Enviadas", "Rascuños", "Cesto do lixo", "Correo lixo|Correo non desexado",
    "Arquivo|Arquivadas" },
};

/* Names differ in case, in composed and decomposed letters, and in hyphens and spaces. A capital I
 * with a dot becomes, in small letters, one with two. */
static char *
make_key (const char *name)
{
  g_autofree char *normal = g_utf8_normalize (name, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = normal != NULL ? g_utf8_casefold (normal, -1) : NULL;
  g_autoptr (GString) dotless = g_string_new (folded);
  char *key;

  g_string_replace (dotless, "\u0307", "", 0);
  key = g_utf8_normalize (dotless->str, -1, G_NORMALIZE_ALL_COMPOSE);
  g_strdelimit (key, "-_", ' ');
  return g_strstrip (key);
}

typedef struct
{
  TernFolderRole role;
  guint rank;
} Known;

static void
add_names (GHashTable *table, TernFolderRole role, const char *names)
{
  g_auto (GStrv) words = g_strsplit (names, "|", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *key = make_key (words[i]);
      Known known = { role, g_hash_table_size (table) };

      if (!g_hash_table_contains (table, key))
        g_hash_table_insert (table, g_steal_pointer (&key), g_memdup2 (&known, sizeof known));
    }
}

static GHashTable *
get_table (void)
{
  static GHashTable *table;

  if (g_once_init_enter (&table))
    {
      GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

      for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
        {
          add_names (names, TERN_FOLDER_ROLE_SENT, languages[i].sent);
          add_names (names, TERN_FOLDER_ROLE_DRAFTS, languages[i].drafts);
          add_names (names, TERN_FOLDER_ROLE_TRASH, languages[i].trash);
          add_names (names, TERN_FOLDER_ROLE_JUNK, languages[i].junk);
          add_names (names, TERN_FOLDER_ROLE_ARCHIVE, languages[i].archive);
        }
      g_once_init_leave (&table, names);
    }
  return table;
}

/**
 * tern_imap_folder_name_get_role:
 * @name: a folder's own name, UTF-8
 * @rank: (out): the lower, the likelier it is what its service uses
 *
 * Guesses from its name what a folder is for.
 *
 * Returns: Drafts, Sent, Archive, Junk, Trash, or %TERN_FOLDER_ROLE_NONE
 */
TernFolderRole
tern_imap_folder_name_get_role (const char *name, guint *rank)
{
  g_autofree char *key = make_key (name);
  const Known *known = g_hash_table_lookup (get_table (), key);

  *rank = known != NULL ? known->rank : G_MAXUINT;
  return known != NULL ? known->role : TERN_FOLDER_ROLE_NONE;
}
