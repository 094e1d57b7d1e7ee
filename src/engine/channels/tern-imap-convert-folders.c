/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-convert.h"

#include <string.h>

#include "tern-folder.h"
#include "tern-imap-utf7.h"

/* What folders are called where the server does not tell what they are for, lower case. */
static const struct
{
  TernFolderRole role;
  const char *name;
} role_names[] = {
  { TERN_FOLDER_ROLE_DRAFTS, "drafts" },
  { TERN_FOLDER_ROLE_DRAFTS, "draft" },
  { TERN_FOLDER_ROLE_DRAFTS, "entwürfe" },
  { TERN_FOLDER_ROLE_DRAFTS, "brouillons" },
  { TERN_FOLDER_ROLE_DRAFTS, "borradores" },
  { TERN_FOLDER_ROLE_DRAFTS, "bozze" },
  { TERN_FOLDER_ROLE_DRAFTS, "rascunhos" },
  { TERN_FOLDER_ROLE_DRAFTS, "concepten" },
  { TERN_FOLDER_ROLE_DRAFTS, "utkast" },
  { TERN_FOLDER_ROLE_DRAFTS, "kladder" },
  { TERN_FOLDER_ROLE_DRAFTS, "luonnokset" },
  { TERN_FOLDER_ROLE_DRAFTS, "kopie robocze" },
  { TERN_FOLDER_ROLE_DRAFTS, "koncepty" },
  { TERN_FOLDER_ROLE_DRAFTS, "piszkozatok" },
  { TERN_FOLDER_ROLE_DRAFTS, "taslaklar" },
  { TERN_FOLDER_ROLE_DRAFTS, "черновики" },
  { TERN_FOLDER_ROLE_DRAFTS, "чернетки" },
  { TERN_FOLDER_ROLE_DRAFTS, "下書き" },
  { TERN_FOLDER_ROLE_DRAFTS, "草稿" },
  { TERN_FOLDER_ROLE_DRAFTS, "草稿箱" },
  { TERN_FOLDER_ROLE_DRAFTS, "임시보관함" },
  { TERN_FOLDER_ROLE_SENT, "sent" },
  { TERN_FOLDER_ROLE_SENT, "sent items" },
  { TERN_FOLDER_ROLE_SENT, "sent mail" },
  { TERN_FOLDER_ROLE_SENT, "sent messages" },
  { TERN_FOLDER_ROLE_SENT, "gesendet" },
  { TERN_FOLDER_ROLE_SENT, "gesendete objekte" },
  { TERN_FOLDER_ROLE_SENT, "gesendete elemente" },
  { TERN_FOLDER_ROLE_SENT, "envoyés" },
  { TERN_FOLDER_ROLE_SENT, "éléments envoyés" },
  { TERN_FOLDER_ROLE_SENT, "messages envoyés" },
  { TERN_FOLDER_ROLE_SENT, "enviados" },
  { TERN_FOLDER_ROLE_SENT, "elementos enviados" },
  { TERN_FOLDER_ROLE_SENT, "itens enviados" },
  { TERN_FOLDER_ROLE_SENT, "inviati" },
  { TERN_FOLDER_ROLE_SENT, "posta inviata" },
  { TERN_FOLDER_ROLE_SENT, "verzonden" },
  { TERN_FOLDER_ROLE_SENT, "verzonden items" },
  { TERN_FOLDER_ROLE_SENT, "skickat" },
  { TERN_FOLDER_ROLE_SENT, "sendt" },
  { TERN_FOLDER_ROLE_SENT, "lähetetyt" },
  { TERN_FOLDER_ROLE_SENT, "wysłane" },
  { TERN_FOLDER_ROLE_SENT, "odeslané" },
  { TERN_FOLDER_ROLE_SENT, "odeslaná pošta" },
  { TERN_FOLDER_ROLE_SENT, "elküldött elemek" },
  { TERN_FOLDER_ROLE_SENT, "gönderilmiş öğeler" },
  { TERN_FOLDER_ROLE_SENT, "отправленные" },
  { TERN_FOLDER_ROLE_SENT, "надіслані" },
  { TERN_FOLDER_ROLE_SENT, "送信済み" },
  { TERN_FOLDER_ROLE_SENT, "送信済みアイテム" },
  { TERN_FOLDER_ROLE_SENT, "已发送" },
  { TERN_FOLDER_ROLE_SENT, "已发送邮件" },
  { TERN_FOLDER_ROLE_SENT, "寄件備份" },
  { TERN_FOLDER_ROLE_SENT, "보낸편지함" },
  { TERN_FOLDER_ROLE_TRASH, "trash" },
  { TERN_FOLDER_ROLE_TRASH, "deleted" },
  { TERN_FOLDER_ROLE_TRASH, "deleted items" },
  { TERN_FOLDER_ROLE_TRASH, "deleted messages" },
  { TERN_FOLDER_ROLE_TRASH, "bin" },
  { TERN_FOLDER_ROLE_TRASH, "papierkorb" },
  { TERN_FOLDER_ROLE_TRASH, "gelöscht" },
  { TERN_FOLDER_ROLE_TRASH, "gelöschte objekte" },
  { TERN_FOLDER_ROLE_TRASH, "gelöschte elemente" },
  { TERN_FOLDER_ROLE_TRASH, "corbeille" },
  { TERN_FOLDER_ROLE_TRASH, "éléments supprimés" },
  { TERN_FOLDER_ROLE_TRASH, "papelera" },
  { TERN_FOLDER_ROLE_TRASH, "elementos eliminados" },
  { TERN_FOLDER_ROLE_TRASH, "cestino" },
  { TERN_FOLDER_ROLE_TRASH, "posta eliminata" },
  { TERN_FOLDER_ROLE_TRASH, "lixo" },
  { TERN_FOLDER_ROLE_TRASH, "lixeira" },
  { TERN_FOLDER_ROLE_TRASH, "itens excluídos" },
  { TERN_FOLDER_ROLE_TRASH, "prullenbak" },
  { TERN_FOLDER_ROLE_TRASH, "verwijderde items" },
  { TERN_FOLDER_ROLE_TRASH, "papperskorgen" },
  { TERN_FOLDER_ROLE_TRASH, "papirkurv" },
  { TERN_FOLDER_ROLE_TRASH, "papirkurven" },
  { TERN_FOLDER_ROLE_TRASH, "roskakori" },
  { TERN_FOLDER_ROLE_TRASH, "kosz" },
  { TERN_FOLDER_ROLE_TRASH, "koš" },
  { TERN_FOLDER_ROLE_TRASH, "törölt elemek" },
  { TERN_FOLDER_ROLE_TRASH, "silinmiş öğeler" },
  { TERN_FOLDER_ROLE_TRASH, "корзина" },
  { TERN_FOLDER_ROLE_TRASH, "удаленные" },
  { TERN_FOLDER_ROLE_TRASH, "кошик" },
  { TERN_FOLDER_ROLE_TRASH, "ゴミ箱" },
  { TERN_FOLDER_ROLE_TRASH, "已删除" },
  { TERN_FOLDER_ROLE_TRASH, "已删除邮件" },
  { TERN_FOLDER_ROLE_TRASH, "垃圾桶" },
  { TERN_FOLDER_ROLE_TRASH, "휴지통" },
  { TERN_FOLDER_ROLE_JUNK, "junk" },
  { TERN_FOLDER_ROLE_JUNK, "junk email" },
  { TERN_FOLDER_ROLE_JUNK, "junk e-mail" },
  { TERN_FOLDER_ROLE_JUNK, "spam" },
  { TERN_FOLDER_ROLE_JUNK, "bulk mail" },
  { TERN_FOLDER_ROLE_JUNK, "spamverdacht" },
  { TERN_FOLDER_ROLE_JUNK, "junk-e-mail" },
  { TERN_FOLDER_ROLE_JUNK, "courrier indésirable" },
  { TERN_FOLDER_ROLE_JUNK, "indésirables" },
  { TERN_FOLDER_ROLE_JUNK, "correo no deseado" },
  { TERN_FOLDER_ROLE_JUNK, "posta indesiderata" },
  { TERN_FOLDER_ROLE_JUNK, "lixo eletrônico" },
  { TERN_FOLDER_ROLE_JUNK, "ongewenste e-mail" },
  { TERN_FOLDER_ROLE_JUNK, "skräppost" },
  { TERN_FOLDER_ROLE_JUNK, "roskaposti" },
  { TERN_FOLDER_ROLE_JUNK, "wiadomości-śmieci" },
  { TERN_FOLDER_ROLE_JUNK, "nevyžádaná pošta" },
  { TERN_FOLDER_ROLE_JUNK, "levélszemét" },
  { TERN_FOLDER_ROLE_JUNK, "önemsiz e-posta" },
  { TERN_FOLDER_ROLE_JUNK, "спам" },
  { TERN_FOLDER_ROLE_JUNK, "迷惑メール" },
  { TERN_FOLDER_ROLE_JUNK, "垃圾邮件" },
  { TERN_FOLDER_ROLE_JUNK, "垃圾郵件" },
  { TERN_FOLDER_ROLE_JUNK, "스팸편지함" },
  { TERN_FOLDER_ROLE_ARCHIVE, "archive" },
  { TERN_FOLDER_ROLE_ARCHIVE, "archives" },
  { TERN_FOLDER_ROLE_ARCHIVE, "archiv" },
  { TERN_FOLDER_ROLE_ARCHIVE, "archivo" },
  { TERN_FOLDER_ROLE_ARCHIVE, "archivio" },
  { TERN_FOLDER_ROLE_ARCHIVE, "arquivo" },
  { TERN_FOLDER_ROLE_ARCHIVE, "archief" },
  { TERN_FOLDER_ROLE_ARCHIVE, "arkiv" },
  { TERN_FOLDER_ROLE_ARCHIVE, "arkisto" },
  { TERN_FOLDER_ROLE_ARCHIVE, "archiwum" },
  { TERN_FOLDER_ROLE_ARCHIVE, "arşiv" },
  { TERN_FOLDER_ROLE_ARCHIVE, "архив" },
  { TERN_FOLDER_ROLE_ARCHIVE, "アーカイブ" },
  { TERN_FOLDER_ROLE_ARCHIVE, "归档" },
  { TERN_FOLDER_ROLE_ARCHIVE, "存档" },
};

static TernFolderRole
role_from_flags (TernImapMailboxFlags flags)
{
  static const struct
  {
    TernImapMailboxFlags flag;
    TernFolderRole role;
  } roles[] = {
    { TERN_IMAP_MAILBOX_INBOX, TERN_FOLDER_ROLE_INBOX },
    { TERN_IMAP_MAILBOX_DRAFTS, TERN_FOLDER_ROLE_DRAFTS },
    { TERN_IMAP_MAILBOX_SENT, TERN_FOLDER_ROLE_SENT },
    { TERN_IMAP_MAILBOX_TRASH, TERN_FOLDER_ROLE_TRASH },
    { TERN_IMAP_MAILBOX_JUNK, TERN_FOLDER_ROLE_JUNK },
    { TERN_IMAP_MAILBOX_ARCHIVE, TERN_FOLDER_ROLE_ARCHIVE },
    { TERN_IMAP_MAILBOX_ALL, TERN_FOLDER_ROLE_ALL },
    { TERN_IMAP_MAILBOX_FLAGGED, TERN_FOLDER_ROLE_FLAGGED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if ((flags & roles[i].flag) != 0)
      return roles[i].role;
  return TERN_FOLDER_ROLE_NONE;
}

static TernFolderRole
role_from_name (const char *name)
{
  g_autofree char *lower = g_utf8_strdown (name, -1);
  g_autofree char *normal = g_utf8_normalize (lower, -1, G_NORMALIZE_DEFAULT_COMPOSE);

  for (guint i = 0; i < G_N_ELEMENTS (role_names); i++)
    if (g_strcmp0 (normal, role_names[i].name) == 0)
      return role_names[i].role;
  return TERN_FOLDER_ROLE_NONE;
}

static TernFolder *
convert_folder (const TernImapMailbox *mailbox, GHashTable *names)
{
  g_autofree char *wire = g_strdup (mailbox->name);
  g_autofree char *path = NULL;
  g_autofree char *parent = NULL;
  char *last = mailbox->delimiter != '\0' ? strrchr (wire, mailbox->delimiter) : NULL;
  TernFolder *folder;

  if (last != NULL && last != wire)
    {
      parent = g_strndup (wire, (gsize) (last - wire));
      if (!g_hash_table_contains (names, parent))
        g_clear_pointer (&parent, g_free);
    }
  path = tern_imap_utf7_decode (mailbox->name);
  if (mailbox->delimiter != '\0' && mailbox->delimiter != '/')
    g_strdelimit (path, (char[]){ mailbox->delimiter, '\0' }, '/');

  folder = tern_folder_new (mailbox->name, path, parent);
  folder->role = g_ascii_strcasecmp (mailbox->name, "INBOX") == 0
                     ? TERN_FOLDER_ROLE_INBOX
                     : role_from_flags (mailbox->flags);
  folder->selectable = (mailbox->flags & TERN_IMAP_MAILBOX_NOSELECT) == 0;
  folder->subscribed = TRUE;
  folder->total = (gint) MIN (mailbox->messages, G_MAXINT);
  folder->unread = (gint) MIN (mailbox->unseen, G_MAXINT);
  return folder;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(TernFolder *const *) a)->path, (*(TernFolder *const *) b)->path);
}

static gboolean
has_role (GPtrArray *folders, TernFolderRole role)
{
  for (guint i = 0; i < folders->len; i++)
    if (((TernFolder *) folders->pdata[i])->role == role)
      return TRUE;
  return FALSE;
}

static guint
count_levels (const TernFolder *folder)
{
  guint levels = 0;

  for (const char *p = folder->path; *p != '\0'; p++)
    levels += *p == '/';
  return levels;
}

/* Names tell only what no attribute told, and the highest folder counts: `Trash` before
 * `Old/Trash`. */
static void
guess_roles (GPtrArray *folders)
{
  for (TernFolderRole role = TERN_FOLDER_ROLE_DRAFTS; role <= TERN_FOLDER_ROLE_TRASH; role++)
    {
      TernFolder *best = NULL;

      if (has_role (folders, role))
        continue;
      for (guint i = 0; i < folders->len; i++)
        {
          TernFolder *folder = folders->pdata[i];

          if (folder->role == TERN_FOLDER_ROLE_NONE && folder->selectable &&
              role_from_name (folder->name) == role &&
              (best == NULL || count_levels (folder) < count_levels (best)))
            best = folder;
        }
      if (best != NULL)
        best->role = role;
    }
}

/**
 * tern_imap_convert_folders:
 * @mailboxes: (element-type TernImapMailbox): what LIST gave
 *
 * Makes the account's folders. INBOX is among them whether the server lists it or not (RFC 9051
 * section 5.1).
 *
 * Returns: (transfer full) (element-type TernFolder): the folders, parents before children
 */
GPtrArray *
tern_imap_convert_folders (GPtrArray *mailboxes)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean is_told = FALSE;

  for (guint i = 0; i < mailboxes->len; i++)
    {
      const TernImapMailbox *mailbox = mailboxes->pdata[i];

      g_hash_table_add (names, mailbox->name);
      is_told = is_told || (mailbox->flags & TERN_IMAP_MAILBOX_SUBSCRIBED) != 0;
    }
  for (guint i = 0; i < mailboxes->len; i++)
    {
      const TernImapMailbox *mailbox = mailboxes->pdata[i];
      TernFolder *folder = convert_folder (mailbox, names);

      if (is_told && folder->role == TERN_FOLDER_ROLE_NONE)
        folder->subscribed = (mailbox->flags & TERN_IMAP_MAILBOX_SUBSCRIBED) != 0;
      g_ptr_array_add (folders, folder);
    }
  if (!has_role (folders, TERN_FOLDER_ROLE_INBOX))
    {
      TernFolder *inbox = tern_folder_new ("INBOX", "INBOX", NULL);

      inbox->role = TERN_FOLDER_ROLE_INBOX;
      inbox->selectable = inbox->subscribed = TRUE;
      inbox->total = inbox->unread = -1;
      g_ptr_array_add (folders, inbox);
    }
  guess_roles (folders);
  g_ptr_array_sort (folders, compare_paths);
  return folders;
}
