/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-event.h"

#include "tern-error.h"

G_DEFINE_BOXED_TYPE (TernEvent, tern_event, tern_event_ref, tern_event_unref)

/**
 * tern_event_new:
 * @fields: what it consists of; strings are copied, and a time of 0 stands for now
 *
 * Returns: (transfer full): a new event
 */
TernEvent *
tern_event_new (const TernEvent *fields)
{
  TernEvent *self = g_atomic_rc_box_new (TernEvent);

  *self = *fields;
  if (self->time == 0)
    self->time = g_get_monotonic_time ();
  self->text = g_strdup (fields->text != NULL ? fields->text : "");
  self->result = g_strdup (fields->result);
  return self;
}

/**
 * tern_event_ref:
 * @self: an event
 *
 * Returns: (transfer full): @self
 */
TernEvent *
tern_event_ref (TernEvent *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
event_clear (gpointer data)
{
  TernEvent *self = data;

  g_free ((char *) self->text);
  g_free ((char *) self->result);
}

/**
 * tern_event_unref:
 * @self: (transfer full): an event
 *
 * Gives up a reference.
 */
void
tern_event_unref (TernEvent *self)
{
  g_atomic_rc_box_release_full (self, event_clear);
}

/**
 * tern_event_dup_reason:
 * @error: an error of any domain
 *
 * Tells why something failed without the server's own words, which may name a person or a folder:
 * the code's name for %TERN_ERROR, else the message of the system.
 *
 * Returns: (transfer full): the reason
 */
char *
tern_event_dup_reason (const GError *error)
{
  static const char *const names[] = {
    [TERN_ERROR_INVALID] = "invalid",
    [TERN_ERROR_AUTH] = "sign-in refused",
    [TERN_ERROR_PERMISSION] = "not allowed",
    [TERN_ERROR_CERTIFICATE] = "certificate not trusted",
    [TERN_ERROR_BUSY] = "server is busy",
    [TERN_ERROR_PROTOCOL] = "protocol broken",
    [TERN_ERROR_LIMIT] = "over a limit",
    [TERN_ERROR_REFUSED] = "refused",
    [TERN_ERROR_GONE] = "gone",
    [TERN_ERROR_UNSUPPORTED] = "not supported",
    [TERN_ERROR_OFFLINE] = "cannot be reached",
    [TERN_ERROR_STORAGE] = "storage failed",
    [TERN_ERROR_SECRET] = "no password",
    [TERN_ERROR_LOCKED] = "profile in use",
  };

  if (error->domain != TERN_ERROR)
    return g_strdup (error->message);
  if (error->code < 0 || error->code >= (int) G_N_ELEMENTS (names) || names[error->code] == NULL)
    return g_strdup_printf ("error %d", error->code);
  return g_strdup (names[error->code]);
}
