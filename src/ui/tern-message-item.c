/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-message-item.h"

struct _TernMessageItem
{
  GObject parent_instance;

  TernRowKey key;
  TernMessage *message; /* NULL until it is read */
};

enum
{
  PROP_MESSAGE = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TernMessageItem, tern_message_item, G_TYPE_OBJECT)

static void
tern_message_item_finalize (GObject *object)
{
  TernMessageItem *self = TERN_MESSAGE_ITEM (object);

  g_clear_pointer (&self->message, tern_message_unref);
  G_OBJECT_CLASS (tern_message_item_parent_class)->finalize (object);
}

static void
tern_message_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernMessageItem *self = TERN_MESSAGE_ITEM (object);

  if (id == PROP_MESSAGE)
    g_value_set_boxed (value, self->message);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tern_message_item_class_init (TernMessageItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tern_message_item_finalize;
  object_class->get_property = tern_message_item_get_property;

  properties[PROP_MESSAGE] = g_param_spec_boxed ("message", NULL, NULL, TERN_TYPE_MESSAGE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tern_message_item_init (TernMessageItem *self)
{
}

/**
 * tern_message_item_new:
 * @key: the row's place in its list
 *
 * Makes the item of a row whose message is not read yet.
 *
 * Returns: (transfer full): a new item
 */
TernMessageItem *
tern_message_item_new (TernRowKey key)
{
  TernMessageItem *self = g_object_new (TERN_TYPE_MESSAGE_ITEM, NULL);

  self->key = key;
  return self;
}

/**
 * tern_message_item_get_key:
 * @self: an item
 *
 * Returns: its place in the list
 */
TernRowKey
tern_message_item_get_key (TernMessageItem *self)
{
  return self->key;
}

/**
 * tern_message_item_get_id:
 * @self: an item
 *
 * Returns: the message's id in the cache
 */
gint64
tern_message_item_get_id (TernMessageItem *self)
{
  return self->key.id;
}

/**
 * tern_message_item_get_message:
 * @self: an item
 *
 * Returns: (transfer none) (nullable): its message; %NULL while it is not read
 */
TernMessage *
tern_message_item_get_message (TernMessageItem *self)
{
  return self->message;
}

/**
 * tern_message_item_set_message:
 * @self: an item
 * @message: (transfer none): what was read of it
 *
 * Shows another state of the message. The item stays the same, so selection and scrolling do.
 */
void
tern_message_item_set_message (TernMessageItem *self, TernMessage *message)
{
  TernMessage *old = self->message;

  self->message = tern_message_ref (message);
  g_clear_pointer (&old, tern_message_unref);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}
