/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-apply-private.h"

#include "tern-error.h"
#include "tern-imap-convert.h"

/* The largest letter that the server takes (RFC 7889), 0 where it does not say. */
static guint64
get_limit (TernImapApply *self)
{
  g_autofree char *capabilities =
      tern_imap_session_dup_capabilities (tern_imap_apply_get_session (self));
  const char *limit = strstr (capabilities, "APPENDLIMIT=");

  return limit != NULL ? g_ascii_strtoull (limit + strlen ("APPENDLIMIT="), NULL, 10) : 0;
}

/* The letter is there, whatever becomes of its flags. */
static void
flagged_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_message ("The flags of a new letter are not kept: %s", error->message);
  tern_imap_apply_done (user_data);
}

static void
set_flags (TernImapApply *self)
{
  TernImapSession *session = tern_imap_apply_get_session (self);
  guint32 uidvalidity, uid;
  char set[16];

  if (!tern_imap_parse_remote_id (self->outcome->created, &uidvalidity, &uid) ||
      tern_imap_session_get_selected (session)->uidvalidity != uidvalidity)
    {
      tern_imap_apply_done (self);
      return;
    }
  g_snprintf (set, sizeof set, "%u", uid);
  tern_imap_store_async (session, set, "+FLAGS.SILENT", self->set,
                         tern_imap_apply_get_cancellable (self), flagged_cb, self);
}

static void
appended_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  guint32 uidvalidity, uid;
  GError *error = NULL;

  if (!tern_imap_append_finish (TERN_IMAP_SESSION (object), result, &uidvalidity, &uid, &error))
    {
      tern_imap_apply_fail (self, error);
      return;
    }
  if (uid != 0)
    self->outcome->created = tern_imap_make_remote_id (uidvalidity, uid);
  self->outcome->step = tern_imap_apply_make_appended_step (self, uidvalidity, uid);
  if (uid != 0 && *self->set != '\0' &&
      (tern_imap_session_get_quirks (TERN_IMAP_SESSION (object))->flags &
       TERN_IMAP_QUIRK_APPEND_LOSES_FLAGS) != 0)
    tern_imap_apply_acquire (self, self->folder, set_flags);
  else
    tern_imap_apply_done (self);
}

/* Puts a letter into a folder, once: before the first try the folder's next UID is kept, and a
 * letter that is found to be there is not sent again. */
void
tern_imap_apply_append (TernImapApply *self)
{
  guint64 limit = get_limit (self);

  if (limit > 0 && g_bytes_get_size (self->content) > limit)
    tern_imap_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_LIMIT,
                                                     "the server takes no letter of this size"));
  else if (self->outcome->created != NULL)
    tern_imap_apply_done (self);
  else if (self->step == NULL)
    tern_imap_apply_ask_uidnext (self, self->folder);
  else
    tern_imap_append_async (tern_imap_apply_get_session (self), self->folder, self->set,
                            self->received, self->content, tern_imap_apply_get_cancellable (self),
                            appended_cb, self);
}
