/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-message.h"

/* For so many seconds after a letter came its one-time code may still be of use. */
#define CODE_SECONDS (24 * 60 * 60)

G_DEFINE_BOXED_TYPE (TernMessage, tern_message, tern_message_ref, tern_message_unref)

/**
 * tern_message_new:
 *
 * Makes an empty message for its maker to fill in before sharing it.
 *
 * Returns: (transfer full): a new message
 */
TernMessage *
tern_message_new (void)
{
  return g_atomic_rc_box_new0 (TernMessage);
}

/**
 * tern_message_ref:
 * @self: a message
 *
 * Returns: (transfer full): @self
 */
TernMessage *
tern_message_ref (TernMessage *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
message_clear (gpointer data)
{
  TernMessage *self = data;

  g_free ((char *) self->remote_id);
  g_free ((char *) self->global_id);
  g_free ((char *) self->keywords);
  g_free ((char *) self->labels);
  g_free ((char *) self->subject);
  g_clear_pointer (&self->from, g_ptr_array_unref);
  g_clear_pointer (&self->reply_to, g_ptr_array_unref);
  g_clear_pointer (&self->to, g_ptr_array_unref);
  g_clear_pointer (&self->cc, g_ptr_array_unref);
  g_free ((char *) self->message_id);
  g_free ((char *) self->in_reply_to);
  g_free ((char *) self->references);
  g_clear_pointer (&self->structure, tern_structure_unref);
  g_free ((char *) self->snippet);
  g_free ((char *) self->code);
  g_free ((char *) self->link);
  g_free ((char *) self->thread);
}

/**
 * tern_message_unref:
 * @self: (transfer full): a message
 *
 * Gives up a reference.
 */
void
tern_message_unref (TernMessage *self)
{
  g_atomic_rc_box_release_full (self, message_clear);
}

/**
 * tern_message_get_key:
 * @self: a cached message
 *
 * Returns: its place in a list
 */
TernRowKey
tern_message_get_key (const TernMessage *self)
{
  return (TernRowKey){ self->received, self->id };
}

/**
 * tern_message_is_recent:
 * @self: a message
 *
 * Returns: whether it came so short a time ago that a one-time code in it may still be of use
 */
gboolean
tern_message_is_recent (const TernMessage *self)
{
  return self->received > g_get_real_time () / G_USEC_PER_SEC - CODE_SECONDS;
}

/**
 * tern_row_key_compare:
 * @a: a place
 * @b: another
 *
 * Compares in the order of a list, newest first.
 *
 * Returns: less than 0 when @a stands above @b
 */
int
tern_row_key_compare (const TernRowKey *a, const TernRowKey *b)
{
  if (a->received != b->received)
    return a->received > b->received ? -1 : 1;
  if (a->id != b->id)
    return a->id > b->id ? -1 : 1;
  return 0;
}
