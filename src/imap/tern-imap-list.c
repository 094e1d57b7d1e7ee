/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-session-private.h"

/* Mailboxes beyond these show no counts where each has to be asked for. */
#define MAX_STATUS 200

typedef struct
{
  GPtrArray *mailboxes;
  GHashTable *by_name; /* (element-type utf8 TernImapMailbox): not owned */
  gboolean is_extended;
  guint pending; /* STATUS commands */
} List;

static void
list_free (gpointer data)
{
  List *self = data;

  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->mailboxes);
  g_free (self);
}

/**
 * tern_imap_mailbox_free:
 * @self: (transfer full): a mailbox
 *
 * Frees it.
 */
void
tern_imap_mailbox_free (TernImapMailbox *self)
{
  g_free (self->name);
  g_free (self);
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
    { "\\Subscribed", TERN_IMAP_MAILBOX_SUBSCRIBED },
    { "\\Inbox", TERN_IMAP_MAILBOX_INBOX },
    { "\\All", TERN_IMAP_MAILBOX_ALL },
    { "\\AllMail", TERN_IMAP_MAILBOX_ALL },
    { "\\Archive", TERN_IMAP_MAILBOX_ARCHIVE },
    { "\\Drafts", TERN_IMAP_MAILBOX_DRAFTS },
    { "\\Flagged", TERN_IMAP_MAILBOX_FLAGGED },
    { "\\Starred", TERN_IMAP_MAILBOX_FLAGGED },
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

/* `* LIST (attributes) "/" name` */
static void
take_mailbox (List *list, const TernImapResponse *response)
{
  const char *delimiter, *name;
  TernImapMailbox *mailbox;
  TernImapIter iter;
  guint attributes;

  if (response->n_nodes < 5 || list->mailboxes->len >= TERN_IMAP_MAX_FOLDERS)
    return;
  tern_imap_iter_init_root (&iter, response, 2);
  attributes = tern_imap_iter_next (&iter);
  delimiter = tern_imap_response_get_string (response, tern_imap_iter_next (&iter));
  name = tern_imap_response_get_string (response, tern_imap_iter_next (&iter));
  if (name == NULL || *name == '\0' || g_hash_table_contains (list->by_name, name))
    return;
  mailbox = g_new0 (TernImapMailbox, 1);
  mailbox->flags = parse_attributes (response, attributes);
  mailbox->name = g_strdup (name);
  mailbox->delimiter = delimiter != NULL ? *delimiter : '\0';
  mailbox->messages = mailbox->unseen = -1;
  g_ptr_array_add (list->mailboxes, mailbox);
  g_hash_table_insert (list->by_name, mailbox->name, mailbox);
}

/* `* STATUS name (MESSAGES 3 UNSEEN 1)` */
static void
take_status (List *list, const TernImapResponse *response)
{
  const char *name = tern_imap_response_get_string (response, 2);
  TernImapMailbox *mailbox = name != NULL ? g_hash_table_lookup (list->by_name, name) : NULL;
  TernImapIter iter;
  guint key, value;

  if (mailbox == NULL)
    return;
  tern_imap_iter_init (&iter, response, 3);
  while ((key = tern_imap_iter_next (&iter)) != 0 && (value = tern_imap_iter_next (&iter)) != 0)
    {
      guint32 number = tern_imap_response_get_uint32 (response, value);

      if (tern_imap_response_equal (response, key, "MESSAGES"))
        mailbox->messages = number;
      else if (tern_imap_response_equal (response, key, "UNSEEN"))
        mailbox->unseen = number;
    }
}

static gboolean
list_response (TernImapCommand *self, const TernImapResponse *response)
{
  if (tern_imap_response_equal (response, 1, "LIST") ||
      tern_imap_response_equal (response, 1, "XLIST"))
    take_mailbox (self->data, response);
  else if (tern_imap_response_equal (response, 1, "STATUS"))
    take_status (self->data, response);
  else
    return FALSE;
  return TRUE;
}

static void
status_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  List *list = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* A mailbox whose counts cannot be told is still a mailbox. */
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("no counts: %s", error->message);
  if (--list->pending == 0)
    g_task_return_pointer (task, g_ptr_array_ref (list->mailboxes),
                           (GDestroyNotify) g_ptr_array_unref);
}

/* Asks for the counts of all mailboxes in one flight, where LIST did not tell them. */
static void
ask_counts (GTask *task)
{
  TernImapSession *self = g_task_get_source_object (task);
  List *list = g_task_get_task_data (task);

  list->pending = 1;
  for (guint i = 0; i < MIN (list->mailboxes->len, MAX_STATUS); i++)
    {
      const TernImapMailbox *mailbox = g_ptr_array_index (list->mailboxes, i);
      TernImapCommand *command;

      if (mailbox->messages >= 0 || (mailbox->flags & TERN_IMAP_MAILBOX_NOSELECT) != 0)
        continue;
      list->pending++;
      command = tern_imap_command_new (self, ask_counts, g_task_get_cancellable (task), status_cb,
                                       g_object_ref (task));
      command->data = list;
      command->response = list_response;
      tern_imap_command_add (command, "STATUS ");
      tern_imap_command_add_string (command, mailbox->name);
      tern_imap_command_add (command, " (MESSAGES UNSEEN)");
      tern_imap_command_queue (command);
    }
  if (--list->pending == 0)
    g_task_return_pointer (task, g_ptr_array_ref (list->mailboxes),
                           (GDestroyNotify) g_ptr_array_unref);
  g_object_unref (task);
}

static void send_list (GTask *task, gboolean is_extended);

static void
list_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  List *list = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gboolean good = tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);

  /* Some servers offer the extended form and then answer it with nothing, or with BAD. */
  if (list->is_extended && tern_imap_session_is_alive (TERN_IMAP_SESSION (object)) &&
      (good ? list->mailboxes->len == 0 : error->domain == TERN_ERROR))
    send_list (g_steal_pointer (&task), FALSE);
  else if (!good)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    ask_counts (g_steal_pointer (&task));
}

static void
send_list (GTask *task, gboolean is_extended)
{
  TernImapSession *self = g_task_get_source_object (task);
  List *list = g_task_get_task_data (task);
  TernImapCommand *command =
      tern_imap_command_new (self, send_list, g_task_get_cancellable (task), list_cb, task);

  list->is_extended = is_extended;
  command->data = list;
  command->response = list_response;
  if (is_extended)
    tern_imap_command_add (command, "LIST \"\" \"*\" RETURN (SUBSCRIBED%s%s)",
                           tern_imap_session_has (self, "SPECIAL-USE") ? " SPECIAL-USE" : "",
                           tern_imap_session_has (self, "LIST-STATUS") ? " STATUS (MESSAGES UNSEEN)"
                                                                       : "");
  else if (tern_imap_session_has (self, "XLIST") && !tern_imap_session_has (self, "SPECIAL-USE"))
    tern_imap_command_add (command, "XLIST \"\" \"*\"");
  else
    tern_imap_command_add (command, "LIST \"\" \"*\"");
  tern_imap_command_queue (command);
}

/**
 * tern_imap_list_async:
 * @self: a session that is signed in
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for all mailboxes with their roles (RFC 6154, or XLIST) and counts: in one command where the
 * server offers LIST-EXTENDED and LIST-STATUS (RFC 5819), else by LIST and pipelined STATUS.
 */
void
tern_imap_list_async (TernImapSession *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  List *list = g_new0 (List, 1);

  g_task_set_source_tag (task, tern_imap_list_async);
  list->mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_imap_mailbox_free);
  list->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  g_task_set_task_data (task, list, list_free);
  send_list (task, tern_imap_session_has (self, "LIST-EXTENDED"));
}

/**
 * tern_imap_list_finish:
 * @self: a session
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type TernImapMailbox): the mailboxes in the server's order
 */
GPtrArray *
tern_imap_list_finish (TernImapSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
