/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include <string.h>

#include "tern-imap-limits.h"
#include "tern-imap-session-private.h"
#include "tern-imap-utf7.h"

static void
clear_namespace (gpointer data)
{
  g_free (((TernImapNamespace *) data)->prefix);
}

static void
take_namespaces (GArray *namespaces,
                 TernImapNamespaceKind kind,
                 const TernImapResponse *response,
                 guint list,
                 gboolean is_utf8)
{
  TernImapIter outer;
  guint node, n = 0;

  tern_imap_iter_init (&outer, response, list);
  while ((node = tern_imap_iter_next (&outer)) != 0 && n++ < TERN_IMAP_MAX_NAMESPACES)
    {
      TernImapIter inner;
      const char *prefix, *delimiter;
      guint text;
      TernImapNamespace one = { .kind = kind };

      tern_imap_iter_init (&inner, response, node);
      if ((text = tern_imap_iter_next (&inner)) == 0)
        continue;
      prefix = tern_imap_response_get_string (response, text);
      text = tern_imap_iter_next (&inner);
      delimiter = text != 0 ? tern_imap_response_get_string (response, text) : NULL;
      if (prefix == NULL || strlen (prefix) > TERN_IMAP_MAX_MAILBOX_NAME)
        continue;
      one.prefix = is_utf8 && g_utf8_validate (prefix, -1, NULL) ? tern_imap_utf7_encode (prefix)
                                                                 : g_strdup (prefix);
      one.delimiter = delimiter != NULL ? *delimiter : '\0';
      g_array_append_val (namespaces, one);
    }
}

/* `* NAMESPACE (("" "/")) (("~" "/")) NIL` */
static gboolean
namespace_response (TernImapCommand *self, const TernImapResponse *response)
{
  GArray *namespaces = self->data;
  TernImapIter iter;

  if (!tern_imap_response_equal (response, 1, "NAMESPACE"))
    return FALSE;
  g_array_set_size (namespaces, 0);
  tern_imap_iter_init_root (&iter, response, 2);
  for (guint kind = TERN_IMAP_NAMESPACE_PERSONAL; kind <= TERN_IMAP_NAMESPACE_SHARED; kind++)
    {
      guint node = tern_imap_iter_next (&iter);

      if (node != 0)
        take_namespaces (namespaces, (TernImapNamespaceKind) kind, response, node,
                         tern_imap_session_is_utf8 (self->session));
    }
  return TRUE;
}

static void
namespace_done (TernImapCommand *self, const TernImapStatus *status)
{
  g_task_return_pointer (self->task, g_array_ref (self->data), (GDestroyNotify) g_array_unref);
}

static void
release_namespaces (gpointer data)
{
  g_array_unref (data);
}

/**
 * tern_imap_namespace_async:
 * @self: a session that is signed in
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks where the user's own, other users' and shared mailboxes begin (RFC 2342).
 */
void
tern_imap_namespace_async (TernImapSession *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_namespace_async, cancellable, callback, user_data);
  GArray *namespaces = g_array_new (FALSE, FALSE, sizeof (TernImapNamespace));

  g_array_set_clear_func (namespaces, clear_namespace);
  command->data = namespaces;
  command->free_data = release_namespaces;
  command->response = namespace_response;
  command->done = namespace_done;
  tern_imap_command_add (command, "NAMESPACE");
  tern_imap_command_queue (command);
}

/**
 * tern_imap_namespace_finish:
 * @self: a session
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type TernImapNamespace): the namespaces, the user's own first
 */
GArray *
tern_imap_namespace_finish (TernImapSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
