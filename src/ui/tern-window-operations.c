/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-window-private.h"

#include <glib/gi18n.h>

#include "tern-ui-error.h"
#include "tern-ui-format.h"

/* How long Undo is offered, in seconds. */
#define UNDO_SECONDS 5

typedef struct
{
  TernWindow *window;
  char *done; /* what is said when it is done, beside Undo; NULL for nothing */
} Apply;

static void
apply_free (Apply *apply)
{
  g_object_unref (apply->window);
  g_free (apply->done);
  g_free (apply);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Apply, apply_free)

static const char *
server_name (TernWindow *self, gint64 account_id)
{
  TernAccount *account = tern_folder_list_get_account (self->folders, account_id);

  if (account == NULL || account->imap->len == 0)
    return NULL;
  return ((TernEndpoint *) g_ptr_array_index (account->imap, 0))->host;
}

static void
forget_undo (TernWindow *self)
{
  g_autoptr (AdwToast) toast = g_steal_pointer (&self->toast);

  g_clear_pointer (&self->undo, tern_operation_unref);
  if (toast != NULL)
    adw_toast_dismiss (toast);
  tern_window_update_actions (self);
}

static void
toast_dismissed_cb (TernWindow *self, AdwToast *toast)
{
  if (toast == self->toast)
    g_clear_object (&self->toast);
}

static void
offer_undo (TernWindow *self, TernOperation *operation, const char *done)
{
  g_autofree char *markup = g_markup_escape_text (done, -1);

  forget_undo (self); /* of what was done at the same time */
  self->undo = tern_operation_ref (operation);
  self->toast = g_object_ref_sink (adw_toast_new (markup));
  adw_toast_set_button_label (self->toast, _ ("Undo"));
  adw_toast_set_action_name (self->toast, "win.undo");
  adw_toast_set_timeout (self->toast, UNDO_SECONDS);
  g_signal_connect_object (self->toast, "dismissed", G_CALLBACK (toast_dismissed_cb), self,
                           G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), g_object_ref (self->toast));
  tern_window_update_actions (self);
}

static void
apply_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Apply) apply = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOperation) operation =
      tern_engine_apply_finish (TERN_ENGINE (object), result, &error);

  if (operation == NULL)
    {
      g_autofree char *sentence = tern_error_to_sentence (error, NULL);

      tern_window_say (apply->window, sentence);
      return;
    }
  if (apply->done != NULL && operation->id != 0) /* else all was so already */
    offer_undo (apply->window, operation, apply->done);
}

/* @done is taken. */
static Apply *
apply_new (TernWindow *self, char *done)
{
  Apply *data = g_new0 (Apply, 1);

  data->window = g_object_ref (self);
  data->done = done;
  return data;
}

/* Does something that the user asked for. @operation and @done are taken; with @done, which says
 * that it is done, Undo is offered. Whatever is done ends the offer to take back what was done
 * before, which may rest on what is now gone for good; all but reading a letter, which is no action
 * of its own. */
void
tern_window_apply (TernWindow *self, TernOperation *operation, char *done)
{
  g_autoptr (TernOperation) owned = operation;

  if (done != NULL || operation->kind != TERN_OPERATION_FLAGS)
    forget_undo (self);
  tern_engine_apply_async (self->engine, operation, NULL, apply_cb, apply_new (self, done));
}

/* Does something with a whole folder, likewise. */
void
tern_window_apply_to_folder (TernWindow *self,
                             TernWindowFolderFunc func,
                             gint64 folder_id,
                             char *done)
{
  forget_undo (self);
  func (self->engine, folder_id, NULL, apply_cb, apply_new (self, done));
}

static GArray *
collect_ids (GPtrArray *items)
{
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), items->len);

  for (guint i = 0; i < items->len; i++)
    {
      gint64 id = tern_message_item_get_id (g_ptr_array_index (items, i));

      g_array_append_val (ids, id);
    }
  return ids;
}

#define IDS(array) ((const gint64 *) (array)->data), (array)->len

/* Reading is no action of its own, so it offers no Undo and leaves another's alone. */
void
tern_window_mark_read (TernWindow *self, TernMessageItem *item)
{
  TernMessage *message = tern_message_item_get_message (item);
  gint64 id = tern_message_item_get_id (item);

  TernStatus *status = tern_message_list_pane_get_status (TERN_MESSAGE_LIST_PANE (self->list));

  if (status != NULL && status->is_read_only)
    return;
  if (message != NULL && (message->flags & TERN_FLAGS_SEEN) == 0)
    tern_window_apply (self, tern_operation_new_flags (&id, 1, TERN_FLAGS_SEEN, TERN_FLAGS_NONE),
                       NULL);
}

void
tern_window_set_flag (TernWindow *self, GPtrArray *items, TernFlags flag, gboolean on)
{
  g_autoptr (GArray) ids = collect_ids (items);
  char *done = NULL;

  if (ids->len == 0)
    return;
  if (flag == TERN_FLAGS_SEEN && ids->len > 1)
    done = on ? g_strdup_printf (
                    ngettext ("%u letter marked as read", "%u letters marked as read", ids->len),
                    ids->len)
              : g_strdup_printf (ngettext ("%u letter marked as unread",
                                           "%u letters marked as unread", ids->len),
                                 ids->len);
  tern_window_apply (self,
                     tern_operation_new_flags (IDS (ids), on ? flag : TERN_FLAGS_NONE,
                                               on ? TERN_FLAGS_NONE : flag),
                     done);
}

void
tern_window_set_keywords (TernWindow *self, GPtrArray *items, const char *set, const char *clear)
{
  g_autoptr (GArray) ids = collect_ids (items);

  tern_window_apply (self, tern_operation_new_keywords (IDS (ids), set, clear),
                     g_strdup_printf (ngettext ("Tags of %u letter changed",
                                                "Tags of %u letters changed", ids->len),
                                      ids->len));
}

/* The next letter is shown only where the one that is open goes. */
static void
advance_if_selected (TernWindow *self, GPtrArray *items)
{
  TernMessageListPane *list = TERN_MESSAGE_LIST_PANE (self->list);

  if (tern_message_list_pane_is_selected (list,
                                          tern_message_item_get_id (g_ptr_array_index (items, 0))))
    tern_message_list_pane_advance (list);
}

static char *
moved_sentence (TernFolderRole role, const char *name, guint n)
{
  if (role == TERN_FOLDER_ROLE_TRASH)
    return n == 1 ? g_strdup (_ ("Letter deleted"))
                  : g_strdup_printf (ngettext ("%u letter deleted", "%u letters deleted", n), n);
  if (role == TERN_FOLDER_ROLE_ARCHIVE)
    return n == 1 ? g_strdup (_ ("Letter archived"))
                  : g_strdup_printf (ngettext ("%u letter archived", "%u letters archived", n), n);
  if (n == 1)
    /* Translators: %s is a folder. */
    return g_strdup_printf (_ ("Letter moved to %s"), name);
  return g_strdup_printf (ngettext ("%u letter moved to %s", "%u letters moved to %s", n), n, name);
}

void
tern_window_move (TernWindow *self, GPtrArray *items, gint64 folder_id)
{
  TernFolder *open = tern_message_list_pane_get_folder (TERN_MESSAGE_LIST_PANE (self->list));
  TernFolder *target = tern_folder_list_get_folder (self->folders, folder_id);
  g_autoptr (GArray) ids = collect_ids (items);

  if (ids->len == 0 || target == NULL || (open != NULL && open->id == folder_id))
    return;
  advance_if_selected (self, items);
  tern_window_apply (self, tern_operation_new_move (IDS (ids), folder_id),
                     moved_sentence (target->role, tern_format_folder (target), ids->len));
}

/* Puts copies into another folder; what is selected stays selected. */
void
tern_window_copy (TernWindow *self, GPtrArray *items, gint64 folder_id)
{
  TernFolder *target = tern_folder_list_get_folder (self->folders, folder_id);
  g_autoptr (GArray) ids = collect_ids (items);

  if (ids->len > 0 && target != NULL)
    tern_window_apply (
        self, tern_operation_new_copy (IDS (ids), folder_id),
        g_strdup_printf (ngettext ("%u letter copied to %s", "%u letters copied to %s", ids->len),
                         ids->len, tern_format_folder (target)));
}

/* Moves letters to Junk, and those that are there back to the inbox. */
void
tern_window_mark_junk (TernWindow *self, GPtrArray *items)
{
  TernFolder *open = tern_message_list_pane_get_folder (TERN_MESSAGE_LIST_PANE (self->list));
  gboolean is_junk = open == NULL || open->role != TERN_FOLDER_ROLE_JUNK;
  g_autoptr (GArray) ids = collect_ids (items);

  if (ids->len == 0)
    return;
  advance_if_selected (self, items);
  tern_window_apply (
      self, tern_operation_new_junk (IDS (ids), is_junk),
      g_strdup_printf (
          is_junk ? ngettext ("%u letter moved to Junk", "%u letters moved to Junk", ids->len)
                  : ngettext ("%u letter moved back to the inbox",
                              "%u letters moved back to the inbox", ids->len),
          ids->len));
}

void
tern_window_move_to_role (TernWindow *self, GPtrArray *items, TernFolderRole role)
{
  TernFolder *target = tern_folder_list_find_role (
      self->folders, tern_message_list_pane_get_account_id (TERN_MESSAGE_LIST_PANE (self->list)),
      role);

  if (target != NULL)
    {
      tern_window_move (self, items, target->id);
      return;
    }
  /* An account without such a folder gets one. */
  if (items->len > 0)
    {
      g_autoptr (GArray) ids = collect_ids (items);

      advance_if_selected (self, items);
      tern_window_apply (self, tern_operation_new_move_to_role (IDS (ids), role),
                         moved_sentence (role, NULL, ids->len));
    }
}

typedef struct
{
  TernWindow *window;
  GPtrArray *items;
} Confirm;

static void
delete_response_cb (AdwMessageDialog *dialog, const char *response, Confirm *confirm)
{
  TernWindow *self = confirm->window;
  g_autoptr (GArray) ids = collect_ids (confirm->items);

  if (g_strcmp0 (response, "delete") == 0)
    {
      advance_if_selected (self, confirm->items);
      tern_window_apply (self, tern_operation_new (TERN_OPERATION_DELETE, IDS (ids)), NULL);
    }
}

static void
confirm_free (gpointer data, GClosure *closure)
{
  Confirm *confirm = data;

  g_object_unref (confirm->window);
  g_ptr_array_unref (confirm->items);
  g_free (confirm);
}

void
tern_window_delete_forever (TernWindow *self, GPtrArray *items)
{
  g_autofree char *heading = NULL;
  Confirm *confirm;
  GtkWidget *dialog;

  if (items->len == 0)
    return;
  heading = g_strdup_printf (
      ngettext ("Delete %u letter forever?", "Delete %u letters forever?", items->len), items->len);
  dialog = adw_message_dialog_new (GTK_WINDOW (self), heading,
                                   _ ("It is removed from the server and cannot be brought back."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "delete",
                                    _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "delete");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");

  confirm = g_new (Confirm, 1);
  confirm->window = g_object_ref (self);
  confirm->items = g_ptr_array_ref (items);
  g_signal_connect_data (dialog, "response", G_CALLBACK (delete_response_cb), confirm, confirm_free,
                         0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
tern_window_delete (TernWindow *self, GPtrArray *items)
{
  TernMessageListPane *list = TERN_MESSAGE_LIST_PANE (self->list);
  TernFolder *open = tern_message_list_pane_get_folder (list);

  if (open != NULL && open->role == TERN_FOLDER_ROLE_TRASH)
    tern_window_delete_forever (self, items);
  else
    tern_window_move_to_role (self, items, TERN_FOLDER_ROLE_TRASH);
}

static void
undo_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (tern_engine_undo_finish (TERN_ENGINE (object), result, &error))
    return;
  sentence = tern_error_to_sentence (error, NULL);
  tern_window_say (self, sentence);
}

/* Takes back what was done last. */
void
tern_window_undo (TernWindow *self)
{
  g_autoptr (TernOperation) operation = g_steal_pointer (&self->undo);

  if (operation == NULL)
    return;
  forget_undo (self);
  tern_engine_undo_async (self->engine, operation, NULL, undo_cb, g_object_ref (self));
}

/* Says what the server refused, and that the screen shows the truth again. */
void
tern_window_operation_failed (TernWindow *self, TernOperation *operation, GError *error)
{
  g_autofree char *why = tern_error_to_sentence (error, server_name (self, operation->account_id));
  g_autofree char *sentence = NULL;
  const char *what = NULL;

  switch (operation->kind)
    {
    case TERN_OPERATION_FLAGS:
      what = _ ("The mark was taken back.");
      break;
    case TERN_OPERATION_MOVE:
      what = _ ("The letter was put back where it was.");
      break;
    case TERN_OPERATION_COPY:
    case TERN_OPERATION_APPEND:
    case TERN_OPERATION_CREATE_FOLDER:
    case TERN_OPERATION_RENAME_FOLDER:
    case TERN_OPERATION_DELETE_FOLDER:
    case TERN_OPERATION_SUBSCRIBE:
    case TERN_OPERATION_UNSUBSCRIBE:
      what = _ ("The change was taken back.");
      break;
    case TERN_OPERATION_DELETE:
    case TERN_OPERATION_EXPUNGE:
    default:
      what = _ ("The letter was not deleted.");
      break;
    }
  if (self->undo != NULL && self->undo->id == operation->id)
    forget_undo (self);
  sentence = g_strdup_printf ("%s %s", what, why);
  tern_window_say (self, sentence);
}
