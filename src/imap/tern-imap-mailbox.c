/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-mailbox.h"

#include <string.h>

#include "tern-imap-limits.h"
#include "tern-imap-utf7.h"

struct _TernImapMailboxes
{
  GPtrArray *all;         /* TernImapMailbox */
  GHashTable *by_name;    /* utf8 → TernImapMailbox, not owned */
  GHashTable *subscribed; /* utf8: by LSUB, which may come ahead of LIST */
  gboolean has_subscriptions;
};

static void
mailbox_free (gpointer data)
{
  TernImapMailbox *mailbox = data;

  g_free (mailbox->name);
  g_free (mailbox->mailbox_id);
  g_free (mailbox);
}

/**
 * tern_imap_mailboxes_new:
 *
 * Returns: (transfer full): an empty collection
 */
TernImapMailboxes *
tern_imap_mailboxes_new (void)
{
  TernImapMailboxes *self = g_rc_box_new0 (TernImapMailboxes);

  self->all = g_ptr_array_new_with_free_func (mailbox_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->subscribed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

/**
 * tern_imap_mailboxes_ref:
 * @self: a collection
 *
 * Returns: (transfer full): @self
 */
TernImapMailboxes *
tern_imap_mailboxes_ref (TernImapMailboxes *self)
{
  return g_rc_box_acquire (self);
}

static void
mailboxes_clear (gpointer data)
{
  TernImapMailboxes *self = data;

  g_hash_table_unref (self->subscribed);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->all);
}

/**
 * tern_imap_mailboxes_unref:
 * @self: (transfer full): a collection
 *
 * Gives up a reference.
 */
void
tern_imap_mailboxes_unref (TernImapMailboxes *self)
{
  g_rc_box_release_full (self, mailboxes_clear);
}

/**
 * tern_imap_mailboxes_find:
 * @self: a collection
 * @name: a mailbox's name
 *
 * Returns: (transfer none) (nullable): the mailbox
 */
TernImapMailbox *
tern_imap_mailboxes_find (TernImapMailboxes *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

/**
 * tern_imap_mailboxes_add:
 * @self: a collection
 * @name: a mailbox's name
 *
 * Adds a mailbox of which nothing else is known, unless it is there already.
 *
 * Returns: (transfer none) (nullable): the mailbox; %NULL where there are too many
 */
TernImapMailbox *
tern_imap_mailboxes_add (TernImapMailboxes *self, const char *name)
{
  TernImapMailbox *mailbox = tern_imap_mailboxes_find (self, name);

  if (mailbox != NULL || self->all->len >= TERN_IMAP_MAX_FOLDERS)
    return mailbox;
  mailbox = g_new0 (TernImapMailbox, 1);
  mailbox->name = g_strdup (name);
  mailbox->counts.messages = mailbox->counts.unseen = -1;
  if (g_hash_table_contains (self->subscribed, name))
    mailbox->flags = TERN_IMAP_MAILBOX_SUBSCRIBED;
  g_ptr_array_add (self->all, mailbox);
  g_hash_table_insert (self->by_name, mailbox->name, mailbox);
  return mailbox;
}

/**
 * tern_imap_mailboxes_get_all:
 * @self: a collection
 *
 * Returns: (transfer none) (element-type TernImapMailbox): its mailboxes
 */
GPtrArray *
tern_imap_mailboxes_get_all (TernImapMailboxes *self)
{
  return self->all;
}

/**
 * tern_imap_mailboxes_has_subscriptions:
 * @self: a collection
 *
 * Returns: whether the server told of any mailbox that it is subscribed to
 */
gboolean
tern_imap_mailboxes_has_subscriptions (TernImapMailboxes *self)
{
  return self->has_subscriptions;
}

static TernImapMailboxFlags
parse_attributes (const TernImapResponse *response, guint list)
{
  static const struct
  {
    const char *name;
    TernImapMailboxFlags flag;
  } known[] = {
    { "\\Noselect", TERN_IMAP_MAILBOX_NOSELECT },
    { "\\NonExistent", TERN_IMAP_MAILBOX_NONEXISTENT | TERN_IMAP_MAILBOX_NOSELECT },
    { "\\Noinferiors", TERN_IMAP_MAILBOX_NOINFERIORS },
    { "\\Subscribed", TERN_IMAP_MAILBOX_SUBSCRIBED },
    { "\\Inbox", TERN_IMAP_MAILBOX_INBOX },
    { "\\All", TERN_IMAP_MAILBOX_ALL },
    { "\\AllMail", TERN_IMAP_MAILBOX_ALL },
    { "\\Archive", TERN_IMAP_MAILBOX_ARCHIVE },
    { "\\Drafts", TERN_IMAP_MAILBOX_DRAFTS },
    { "\\Flagged", TERN_IMAP_MAILBOX_FLAGGED },
    { "\\Starred", TERN_IMAP_MAILBOX_FLAGGED },
    { "\\Important", TERN_IMAP_MAILBOX_IMPORTANT },
    { "\\Junk", TERN_IMAP_MAILBOX_JUNK },
    { "\\Spam", TERN_IMAP_MAILBOX_JUNK },
    { "\\Sent", TERN_IMAP_MAILBOX_SENT },
    { "\\Trash", TERN_IMAP_MAILBOX_TRASH },
  };
  TernImapMailboxFlags flags = 0;
  TernImapIter iter;
  guint node;

  tern_imap_iter_init (&iter, response, list);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    for (guint i = 0; i < G_N_ELEMENTS (known); i++)
      if (tern_imap_response_equal (response, node, known[i].name))
        flags |= known[i].flag;
  return flags;
}

/**
 * tern_imap_mailbox_dup_name:
 * @wire: (nullable): a mailbox's name as the server told it
 * @is_utf8: whether names are told in UTF-8 (RFC 6855)
 *
 * Returns: (transfer full) (nullable): the name as this layer spells it; %NULL for one that no
 *   command of ours could carry
 */
char *
tern_imap_mailbox_dup_name (const char *wire, gboolean is_utf8)
{
  g_autofree char *name = NULL;

  if (wire == NULL || *wire == '\0')
    return NULL;
  if (g_ascii_strcasecmp (wire, "INBOX") == 0)
    return g_strdup ("INBOX");
  name =
      is_utf8 && g_utf8_validate (wire, -1, NULL) ? tern_imap_utf7_encode (wire) : g_strdup (wire);
  return strlen (name) <= TERN_IMAP_MAX_MAILBOX_NAME ? g_steal_pointer (&name) : NULL;
}

/* The text of an iterator's next member; NULL where there is none. */
static const char *
next_text (TernImapIter *iter)
{
  guint node = tern_imap_iter_next (iter);

  return node != 0 ? tern_imap_response_get_string (iter->response, node) : NULL;
}

/* Reads `* LIST (attributes) delimiter name`; NULL where it names none. */
static char *
parse_list (const TernImapResponse *response,
            gboolean is_utf8,
            TernImapMailboxFlags *flags,
            char *delimiter)
{
  const char *text;
  TernImapIter iter;

  if (response->n_nodes < 5)
    return NULL;
  tern_imap_iter_init_root (&iter, response, 2);
  *flags = parse_attributes (response, tern_imap_iter_next (&iter));
  text = next_text (&iter);
  *delimiter = text != NULL ? *text : '\0';
  return tern_imap_mailbox_dup_name (next_text (&iter), is_utf8);
}

/**
 * tern_imap_mailboxes_take_list:
 * @self: a collection
 * @response: `* LIST (attributes) delimiter name`, or XLIST
 * @is_utf8: whether names are told in UTF-8 (RFC 6855)
 *
 * Adds a mailbox. Of one that is told again the attributes are joined.
 *
 * Returns: whether @response names a mailbox
 */
gboolean
tern_imap_mailboxes_take_list (TernImapMailboxes *self,
                               const TernImapResponse *response,
                               gboolean is_utf8)
{
  TernImapMailboxFlags flags;
  char delimiter;
  g_autofree char *name = parse_list (response, is_utf8, &flags, &delimiter);
  TernImapMailbox *mailbox = name != NULL ? tern_imap_mailboxes_add (self, name) : NULL;

  if (mailbox == NULL)
    return FALSE;
  mailbox->delimiter = delimiter;
  mailbox->flags |= flags;
  if ((flags & TERN_IMAP_MAILBOX_SUBSCRIBED) != 0)
    self->has_subscriptions = TRUE;
  return TRUE;
}

/**
 * tern_imap_mailboxes_take_lsub:
 * @self: a collection
 * @response: `* LSUB (attributes) delimiter name` (RFC 3501 section 7.2.3)
 * @is_utf8: whether names are told in UTF-8 (RFC 6855)
 *
 * Marks a mailbox as subscribed to, whether LIST has told of it yet or not. A name with \Noselect
 * is only the way to one that is.
 *
 * Returns: whether @response names a mailbox
 */
gboolean
tern_imap_mailboxes_take_lsub (TernImapMailboxes *self,
                               const TernImapResponse *response,
                               gboolean is_utf8)
{
  TernImapMailboxFlags flags;
  char delimiter;
  g_autofree char *name = parse_list (response, is_utf8, &flags, &delimiter);
  TernImapMailbox *mailbox;

  if (name == NULL || (flags & TERN_IMAP_MAILBOX_NOSELECT) != 0 ||
      g_hash_table_size (self->subscribed) >= TERN_IMAP_MAX_FOLDERS)
    return FALSE;
  self->has_subscriptions = TRUE;
  mailbox = tern_imap_mailboxes_find (self, name);
  if (mailbox != NULL)
    mailbox->flags |= TERN_IMAP_MAILBOX_SUBSCRIBED;
  else
    g_hash_table_add (self->subscribed, g_steal_pointer (&name));
  return TRUE;
}

static void
take_item (TernImapMailbox *mailbox, const TernImapResponse *response, guint key, guint value)
{
  guint64 number = 0;

  if (tern_imap_response_equal (response, key, "MAILBOXID"))
    {
      g_free (mailbox->mailbox_id);
      mailbox->mailbox_id = g_strdup (tern_imap_response_get_id (response, value));
      return;
    }
  if (!tern_imap_response_get_number (response, value, &number))
    return;
  if (tern_imap_response_equal (response, key, "HIGHESTMODSEQ"))
    mailbox->counts.highestmodseq = number;
  else if (number > G_MAXUINT32)
    return;
  else if (tern_imap_response_equal (response, key, "MESSAGES"))
    mailbox->counts.messages = (gint64) number;
  else if (tern_imap_response_equal (response, key, "UNSEEN"))
    mailbox->counts.unseen = (gint64) number;
  else if (tern_imap_response_equal (response, key, "UIDNEXT"))
    mailbox->counts.uidnext = (guint32) number;
  else if (tern_imap_response_equal (response, key, "UIDVALIDITY"))
    mailbox->counts.uidvalidity = (guint32) number;
}

/**
 * tern_imap_mailboxes_take_status:
 * @self: a collection
 * @response: `* STATUS name (item value …)`
 * @is_utf8: whether names are told in UTF-8 (RFC 6855)
 *
 * Keeps what STATUS tells of a mailbox that is in the collection. Items that are missing, in an
 * empty list for instance, stay unknown.
 *
 * Returns: whether it is in the collection
 */
gboolean
tern_imap_mailboxes_take_status (TernImapMailboxes *self,
                                 const TernImapResponse *response,
                                 gboolean is_utf8)
{
  g_autofree char *name =
      tern_imap_mailbox_dup_name (tern_imap_response_get_string (response, 2), is_utf8);
  TernImapMailbox *mailbox = name != NULL ? tern_imap_mailboxes_find (self, name) : NULL;
  TernImapIter iter;
  guint key, value;

  if (mailbox == NULL)
    return FALSE;
  tern_imap_iter_init (&iter, response, 3);
  while ((key = tern_imap_iter_next (&iter)) != 0 && (value = tern_imap_iter_next (&iter)) != 0)
    take_item (mailbox, response, key, value);
  return TRUE;
}
