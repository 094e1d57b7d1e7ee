/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-convert.h"

#include <string.h>

#include "tern-folder.h"
#include "tern-imap-folder-roles.h"
#include "tern-imap-utf7.h"

/* How long it is believed, without HIGHESTMODSEQ, that flags are what they were (µs). */
#define STAMP_AGE (2 * 60 * 60 * (gint64) G_USEC_PER_SEC)

/* The namespace that a name belongs to: the longest prefix counts. NULL for the user's own without
 * one. INBOX is the user's own wherever it stands. */
static const TernImapNamespace *
find_namespace (GArray *namespaces, const char *name)
{
  const TernImapNamespace *best = NULL;
  gsize best_length = 0;

  if (strcmp (name, "INBOX") == 0)
    return NULL;
  for (guint i = 0; namespaces != NULL && i < namespaces->len; i++)
    {
      const TernImapNamespace *one = &g_array_index (namespaces, TernImapNamespace, i);
      gsize length = strlen (one->prefix);

      if ((best == NULL || length > best_length) &&
          (g_str_has_prefix (name, one->prefix) ||
           (g_ascii_strncasecmp (one->prefix, "INBOX", 5) == 0 &&
            g_ascii_strncasecmp (name, one->prefix, length) == 0)))
        {
          best = one;
          best_length = length;
        }
    }
  return best;
}

static gboolean
is_personal (GArray *namespaces, const char *name)
{
  const TernImapNamespace *one = find_namespace (namespaces, name);

  return one == NULL || one->kind == TERN_IMAP_NAMESPACE_PERSONAL;
}

/* What of a name is shown: without the prefix that all of the user's own have in common. */
static const char *
skip_prefix (GArray *namespaces, const char *name)
{
  const TernImapNamespace *one = find_namespace (namespaces, name);
  gsize length;

  if (one == NULL || one->kind != TERN_IMAP_NAMESPACE_PERSONAL || one->delimiter == '\0')
    return name;
  length = strlen (one->prefix);
  return length > 0 && one->prefix[length - 1] == one->delimiter && name[length] != '\0'
             ? name + length
             : name;
}

/* Where the last level of a name begins behind its delimiter; NULL where it has one level. A
 * delimiter within base64 is none, and neither is one at the end. */
static const char *
find_last_level (const char *name, char delimiter)
{
  const char *last = NULL;

  for (const char *p = name; delimiter != '\0' && *p != '\0'; p++)
    if (*p == '&' && delimiter != '&' && strchr (p, '-') != NULL)
      p = strchr (p, '-');
    else if (*p == delimiter && p != name && p[1] != '\0')
      last = p + 1;
  return last;
}

/* A name without a delimiter at its end: some servers mark so what only holds others. */
static char *
dup_trimmed (const char *name, char delimiter)
{
  gsize length = strlen (name);

  while (delimiter != '\0' && length > 1 && name[length - 1] == delimiter)
    length--;
  return g_strndup (name, length);
}

/* The mailbox above; NULL for none. */
static char *
dup_parent (GArray *namespaces, const char *name, char delimiter)
{
  const char *shown = skip_prefix (namespaces, name);
  const char *level = find_last_level (shown, delimiter);
  g_autofree char *parent = level != NULL ? g_strndup (name, (gsize) (level - name - 1)) : NULL;

  if (parent != NULL && g_ascii_strcasecmp (parent, "INBOX") == 0)
    return g_strdup ("INBOX");
  return g_steal_pointer (&parent);
}

/* One level, decoded. */
static char *
dup_level (const char *wire, gsize length)
{
  g_autofree char *level = g_strndup (wire, length);

  return tern_imap_utf7_decode (level);
}

/* All levels, decoded and parted by slashes; a slash within a level becomes one that looks alike.
 */
static char *
dup_path (const char *shown, char delimiter)
{
  g_autoptr (GString) path = g_string_new (NULL);
  const char *start = shown;

  for (const char *p = shown;; p++)
    {
      if (*p == '&' && delimiter != '&' && strchr (p, '-') != NULL)
        p = strchr (p, '-');
      else if (*p == '\0' || (delimiter != '\0' && *p == delimiter && p != shown))
        {
          g_autofree char *level = dup_level (start, (gsize) (p - start));

          if (delimiter != '/')
            {
              g_autoptr (GString) safe = g_string_new (level);

              g_string_replace (safe, "/", "\u2215", 0);
              g_string_append (path, safe->str);
            }
          else
            g_string_append (path, level);
          if (*p == '\0')
            return g_string_free (g_steal_pointer (&path), FALSE);
          g_string_append_c (path, '/');
          start = p + 1;
        }
    }
}

/* Adds what stands above the listed mailboxes and is not listed itself; by trimmed name. */
static GHashTable *
complete_levels (TernImapMailboxes *mailboxes, GArray *namespaces)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *all = tern_imap_mailboxes_get_all (mailboxes);

  for (guint i = 0; i < all->len; i++)
    {
      TernImapMailbox *mailbox = all->pdata[i];

      g_hash_table_insert (names, dup_trimmed (mailbox->name, mailbox->delimiter), mailbox->name);
    }
  for (guint i = 0; i < all->len; i++) /* it grows */
    {
      const TernImapMailbox *mailbox = all->pdata[i];
      g_autofree char *trimmed = dup_trimmed (mailbox->name, mailbox->delimiter);
      g_autofree char *parent = dup_parent (namespaces, trimmed, mailbox->delimiter);
      TernImapMailbox *added;

      if (parent == NULL || g_hash_table_contains (names, parent))
        continue;
      added = tern_imap_mailboxes_add (mailboxes, parent);
      if (added == NULL)
        break;
      added->delimiter = mailbox->delimiter;
      added->flags |= TERN_IMAP_MAILBOX_NONEXISTENT | TERN_IMAP_MAILBOX_NOSELECT;
      g_hash_table_insert (names, g_steal_pointer (&parent), added->name);
    }
  return names;
}

/* A mailbox that only carries the common prefix shows nothing that its children do not. */
static gboolean
is_bare_prefix (GArray *namespaces, const TernImapMailbox *mailbox)
{
  g_autofree char *trimmed = dup_trimmed (mailbox->name, mailbox->delimiter);

  if ((mailbox->flags & TERN_IMAP_MAILBOX_NOSELECT) == 0 || strcmp (trimmed, "INBOX") == 0)
    return FALSE;
  for (guint i = 0; namespaces != NULL && i < namespaces->len; i++)
    {
      const TernImapNamespace *one = &g_array_index (namespaces, TernImapNamespace, i);
      g_autofree char *prefix = dup_trimmed (one->prefix, one->delimiter);

      if (one->kind == TERN_IMAP_NAMESPACE_PERSONAL && strcmp (prefix, trimmed) == 0 &&
          strcmp (prefix, one->prefix) != 0)
        return TRUE;
    }
  return FALSE;
}

/* Where no number tells of a change of flags, the stamp grows old by itself, so that the folder is
 * looked at from time to time. */
static char *
make_stamp (const TernImapCounts *counts)
{
  guint64 last = counts->highestmodseq;

  if (counts->messages < 0 || counts->uidvalidity == 0 || counts->uidnext == 0)
    return NULL;
  if (last == 0)
    last = (guint64) (g_get_real_time () / STAMP_AGE);
  return g_strdup_printf ("%u %u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s%" G_GUINT64_FORMAT,
                          counts->uidvalidity, counts->uidnext, counts->messages, counts->unseen,
                          counts->highestmodseq == 0 ? "t" : "m", last);
}

/* MAILBOXID (RFC 8474) where there is one; else what is the same, as a rule, under another name. */
static char *
make_identity (const TernImapMailbox *mailbox)
{
  const TernImapCounts *counts = &mailbox->counts;

  if (mailbox->mailbox_id != NULL)
    return g_strconcat ("id ", mailbox->mailbox_id, NULL);
  if (counts->messages <= 0 || counts->uidvalidity == 0 || counts->uidnext == 0)
    return NULL;
  return g_strdup_printf ("uid %u %u %" G_GINT64_FORMAT, counts->uidvalidity, counts->uidnext,
                          counts->messages);
}

static void
convert_counts (TernFolder *folder, const TernImapMailbox *mailbox)
{
  const TernImapCounts *counts = &mailbox->counts;

  folder->total = (gint) MIN (counts->messages, G_MAXINT);
  folder->unread = (gint) MIN (counts->unseen, G_MAXINT);
  folder->stamp = make_stamp (counts);
  folder->identity = make_identity (mailbox);
}

static TernFolder *
convert_folder (const TernImapMailbox *mailbox, GArray *namespaces, GHashTable *names)
{
  g_autofree char *trimmed = dup_trimmed (mailbox->name, mailbox->delimiter);
  g_autofree char *parent = dup_parent (namespaces, trimmed, mailbox->delimiter);
  const char *shown = skip_prefix (namespaces, trimmed);
  const char *level = find_last_level (shown, mailbox->delimiter);
  g_autofree char *path = dup_path (shown, mailbox->delimiter);
  TernFolder *folder = tern_folder_new (
      mailbox->name, path, parent != NULL ? g_hash_table_lookup (names, parent) : NULL);

  g_free ((char *) folder->name);
  folder->name = tern_imap_utf7_decode (level != NULL ? level : shown);
  if (strcmp (mailbox->name, "INBOX") == 0)
    folder->role = TERN_FOLDER_ROLE_INBOX;
  else if (is_personal (namespaces, mailbox->name))
    folder->role = tern_imap_folder_role_from_flags (mailbox->flags);
  folder->selectable = (mailbox->flags & TERN_IMAP_MAILBOX_NOSELECT) == 0;
  convert_counts (folder, mailbox);
  return folder;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(TernFolder *const *) a)->path, (*(TernFolder *const *) b)->path);
}

/* Folders with a role are wanted whatever the server says; and where something below is subscribed
 * to, so is what holds nothing but it. */
static void
settle_subscriptions (GPtrArray *folders)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = folders->pdata[i];

      folder->subscribed = folder->subscribed || folder->role != TERN_FOLDER_ROLE_NONE;
      g_hash_table_insert (by_name, (gpointer) folder->remote_id, folder);
    }
  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = folders->pdata[i];
      TernFolder *above = folder->subscribed && folder->parent != NULL
                              ? g_hash_table_lookup (by_name, folder->parent)
                              : NULL;

      while (above != NULL && !above->selectable && !above->subscribed)
        {
          above->subscribed = TRUE;
          above = above->parent != NULL ? g_hash_table_lookup (by_name, above->parent) : NULL;
        }
    }
}

/**
 * tern_imap_convert_checked:
 * @mailboxes: what STATUS told
 *
 * Returns: (transfer full) (element-type TernFolder): their counts and stamps, without those of
 * which nothing was told
 */
GPtrArray *
tern_imap_convert_checked (TernImapMailboxes *mailboxes)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  GPtrArray *all = tern_imap_mailboxes_get_all (mailboxes);

  for (guint i = 0; i < all->len; i++)
    {
      const TernImapMailbox *mailbox = all->pdata[i];
      TernFolder *folder;

      if (mailbox->counts.messages < 0 && mailbox->counts.unseen < 0)
        continue;
      folder = tern_folder_new (mailbox->name, mailbox->name, NULL);
      convert_counts (folder, mailbox);
      g_ptr_array_add (folders, folder);
    }
  return folders;
}

/**
 * tern_imap_convert_folders:
 * @mailboxes: what LIST gave; what stands above a mailbox and was not listed is added to it
 * @namespaces: (nullable) (element-type TernImapNamespace): what NAMESPACE gave
 *
 * Makes the account's folders. INBOX is among them whether the server lists it or not (RFC 9051
 * section 5.1). The prefix of the user's own mailboxes is not shown; those of others stand below
 * a folder of their own. Roles come from attributes, else from names, and only the user's own
 * folders have one.
 *
 * Returns: (transfer full) (element-type TernFolder): the folders, parents before children
 */
GPtrArray *
tern_imap_convert_folders (TernImapMailboxes *mailboxes, GArray *namespaces)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  gboolean is_told = tern_imap_mailboxes_has_subscriptions (mailboxes);
  g_autoptr (GPtrArray) own = g_ptr_array_new ();
  g_autoptr (GHashTable) names = NULL;
  GPtrArray *all;

  tern_imap_mailboxes_add (mailboxes, "INBOX");
  names = complete_levels (mailboxes, namespaces);
  all = tern_imap_mailboxes_get_all (mailboxes);
  for (guint i = 0; i < all->len; i++)
    {
      const TernImapMailbox *mailbox = all->pdata[i];
      TernFolder *folder;

      if (is_bare_prefix (namespaces, mailbox))
        continue;
      folder = convert_folder (mailbox, namespaces, names);
      folder->subscribed = !is_told || (mailbox->flags & TERN_IMAP_MAILBOX_SUBSCRIBED) != 0;
      g_ptr_array_add (folders, folder);
      if (is_personal (namespaces, mailbox->name))
        g_ptr_array_add (own, folder);
    }
  tern_imap_folder_roles_settle (own);
  settle_subscriptions (folders);
  g_ptr_array_sort (folders, compare_paths);
  return folders;
}
