/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-message-list.h"

/* What the first paint reads, and what a read around a row that comes on screen takes. */
#define FIRST_PAGE 100
#define PAGE 64

/* Items kept though no row shows them, so that scrolling back and forth reads nothing. */
#define KEEP_ITEMS 512

struct _TernMessageList
{
  GObject parent_instance;

  TernEngine *engine;
  gint64 folder_id;
  GCancellable *cancellable;

  GArray *keys;      /* TernRowKey, in list order */
  GHashTable *items; /* gint64 id (in the item) → TernMessageItem, not owned: all that live */
  GQueue recent;     /* TernMessageItem, owned: those read last, newest first */
  gboolean loaded;   /* whether @keys is the whole folder */
  gboolean is_found; /* @keys are what a search has found, and no others */
};

enum
{
  SIGNAL_LOADED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void tern_message_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernMessageList,
                               tern_message_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      tern_message_list_model_init))

#define KEY(array, i) (&g_array_index ((array), TernRowKey, (i)))

/* One place for both kinds of look-up: where @key stands, or where it would. */
static gboolean
search_key (GArray *keys, const TernRowKey *key, guint *position)
{
  guint low = 0, high = keys->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = tern_row_key_compare (KEY (keys, middle), key);

      if (order == 0)
        {
          *position = middle;
          return TRUE;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  *position = low;
  return FALSE;
}

static void
item_gone (gpointer data, GObject *object)
{
  TernMessageList *self = data;
  gint64 id = tern_message_item_get_id ((TernMessageItem *) object);

  g_hash_table_remove (self->items, &id);
}

static void
keep_item (TernMessageList *self, TernMessageItem *item)
{
  g_queue_push_head (&self->recent, g_object_ref (item));
  if (self->recent.length > KEEP_ITEMS)
    g_object_unref (g_queue_pop_tail (&self->recent));
}

static TernMessageItem *
make_item (TernMessageList *self, TernRowKey key)
{
  TernMessageItem *item = tern_message_item_new (key);

  g_hash_table_insert (self->items, g_memdup2 (&key.id, sizeof key.id), item);
  g_object_weak_ref (G_OBJECT (item), item_gone, self);
  keep_item (self, item);
  return item;
}

/* Gives a message to its row's item; rows that nothing asked for yet get one, as they are likely to
 * be asked for next. */
static void
put_message (TernMessageList *self, TernMessage *message)
{
  TernMessageItem *item = g_hash_table_lookup (self->items, &message->id);

  if (item != NULL)
    {
      if (tern_message_item_get_message (item) == NULL)
        tern_message_item_set_message (item, message);
      return;
    }
  item = make_item (self, tern_message_get_key (message));
  tern_message_item_set_message (item, message);
  g_object_unref (item);
}

/* Rows that were found stand among others, so each is read alone. */
static void
read_one (TernMessageList *self, guint position)
{
  g_autoptr (TernMessage) message =
      tern_engine_read_message (self->engine, KEY (self->keys, position)->id, NULL);

  if (message != NULL)
    put_message (self, message);
}

static void
read_around (TernMessageList *self, guint position)
{
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GError) error = NULL;
  guint start = position - position % PAGE;

  page =
      tern_engine_read_page (self->engine, self->folder_id, KEY (self->keys, start), PAGE, &error);
  if (page == NULL)
    {
      g_warning ("Cannot read rows of folder %" G_GINT64_FORMAT ": %s", self->folder_id,
                 error->message);
      return;
    }
  for (guint i = 0; i < page->len; i++)
    put_message (self, g_ptr_array_index (page, i));
}

static GType
tern_message_list_get_item_type (GListModel *model)
{
  return TERN_TYPE_MESSAGE_ITEM;
}

static guint
tern_message_list_get_n_items (GListModel *model)
{
  return TERN_MESSAGE_LIST (model)->keys->len;
}

static gpointer
tern_message_list_get_item (GListModel *model, guint position)
{
  TernMessageList *self = TERN_MESSAGE_LIST (model);
  TernMessageItem *item;
  TernRowKey key;

  if (position >= self->keys->len)
    return NULL;

  key = *KEY (self->keys, position);
  item = g_hash_table_lookup (self->items, &key.id);
  if (item != NULL)
    return g_object_ref (item);

  item = make_item (self, key);
  if (self->is_found)
    read_one (self, position);
  else
    read_around (self, position);
  return item;
}

static void
tern_message_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = tern_message_list_get_item_type;
  iface->get_n_items = tern_message_list_get_n_items;
  iface->get_item = tern_message_list_get_item;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return tern_row_key_compare (a, b);
}

static GArray *
sorted_copy (GArray *keys)
{
  GArray *copy = g_array_copy (keys);

  g_array_sort (copy, compare_keys);
  return copy;
}

/* Takes the rows out in runs of neighbours, from the end, so that places found before stay right.
 */
static void
remove_keys (TernMessageList *self, GArray *removed)
{
  g_autoptr (GArray) sorted = sorted_copy (removed);
  guint i = sorted->len;

  while (i > 0)
    {
      guint last, first;

      if (!search_key (self->keys, KEY (sorted, --i), &last))
        continue;
      first = last;
      while (i > 0 && first > 0 &&
             tern_row_key_compare (KEY (sorted, i - 1), KEY (self->keys, first - 1)) == 0)
        {
          first--;
          i--;
        }
      g_array_remove_range (self->keys, first, last - first + 1);
      g_list_model_items_changed (G_LIST_MODEL (self), first, last - first + 1, 0);
    }
}

/* Puts the rows in, in runs that go to one place, from the end. */
static void
add_keys (TernMessageList *self, GArray *added)
{
  g_autoptr (GArray) sorted = sorted_copy (added);
  guint i = sorted->len;

  while (i > 0)
    {
      guint end = i, position;

      if (search_key (self->keys, KEY (sorted, --i), &position))
        continue;
      while (i > 0 && tern_row_key_compare (KEY (sorted, i - 1), KEY (sorted, i)) != 0 &&
             (position == 0 ||
              tern_row_key_compare (KEY (self->keys, position - 1), KEY (sorted, i - 1)) < 0))
        i--;
      g_array_insert_vals (self->keys, position, KEY (sorted, i), end - i);
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, end - i);
    }
}

/* Only rows that somebody looks at are read again; the others are read when they are asked for. */
static void
change_keys (TernMessageList *self, GArray *changed)
{
  for (guint i = 0; i < changed->len; i++)
    {
      TernMessageItem *item = g_hash_table_lookup (self->items, &KEY (changed, i)->id);
      g_autoptr (TernMessage) message = NULL;

      if (item == NULL)
        continue;
      message = tern_engine_read_message (self->engine, KEY (changed, i)->id, NULL);
      if (message != NULL)
        tern_message_item_set_message (item, message);
    }
}

/**
 * tern_message_list_apply:
 * @self: a list
 * @changes: what changed in its folder
 *
 * Applies a batch with the fewest ranges. To what a search has found nothing is added. A row that
 * is added twice or removed without having been there is passed over, so batches and the load of
 * all keys may overlap.
 */
void
tern_message_list_apply (TernMessageList *self, const TernFolderChanges *changes)
{
  remove_keys (self, changes->removed);
  if (!self->is_found)
    add_keys (self, changes->added);
  change_keys (self, changes->changed);
}

static void
changed_cb (TernEngine *engine, TernChanges *changes, TernMessageList *self)
{
  const TernFolderChanges *folder = tern_changes_get_folder (changes, self->folder_id);

  if (folder != NULL)
    tern_message_list_apply (self, folder);
}

/* Brings the rows to the state that was read: the first page mostly equals its beginning, and only
 * the rest is spliced in. */
static void
take_keys (TernMessageList *self, const TernRowKey *keys, guint n)
{
  guint head = 0, tail = 0, old = self->keys->len;

  while (head < n && head < old && tern_row_key_compare (KEY (self->keys, head), &keys[head]) == 0)
    head++;
  while (tail < n - head && tail < old - head &&
         tern_row_key_compare (KEY (self->keys, old - 1 - tail), &keys[n - 1 - tail]) == 0)
    tail++;

  if (old > head + tail)
    g_array_remove_range (self->keys, head, old - head - tail);
  if (n > head + tail)
    g_array_insert_vals (self->keys, head, keys + head, n - head - tail);
  if (old > head + tail || n > head + tail)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old - head - tail, n - head - tail);
}

static void
load_keys_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernMessageList) self = user_data;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  const TernRowKey *keys;
  gsize size;

  bytes = tern_engine_load_keys_finish (TERN_ENGINE (object), result, &error);
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (bytes == NULL)
    {
      g_warning ("Cannot read the list of folder %" G_GINT64_FORMAT ": %s", self->folder_id,
                 error->message);
      return;
    }
  keys = g_bytes_get_data (bytes, &size);
  take_keys (self, keys, size / sizeof *keys);
  self->loaded = TRUE;
  g_signal_emit (self, signals[SIGNAL_LOADED], 0);
}

static void
read_first_page (TernMessageList *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page =
      tern_engine_read_page (self->engine, self->folder_id, NULL, FIRST_PAGE, &error);

  if (page == NULL)
    {
      g_warning ("Cannot read folder %" G_GINT64_FORMAT ": %s", self->folder_id, error->message);
      return;
    }
  for (guint i = 0; i < page->len; i++)
    {
      TernMessage *message = g_ptr_array_index (page, i);
      TernRowKey key = tern_message_get_key (message);

      g_array_append_val (self->keys, key);
      put_message (self, message);
    }
}

static void
forget_item (gpointer key, gpointer value, gpointer user_data)
{
  g_object_weak_unref (value, item_gone, user_data);
}

static void
tern_message_list_dispose (GObject *object)
{
  TernMessageList *self = TERN_MESSAGE_LIST (object);

  g_cancellable_cancel (self->cancellable);
  g_hash_table_foreach (self->items, forget_item, self);
  g_hash_table_remove_all (self->items);
  g_queue_clear_full (&self->recent, g_object_unref);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (tern_message_list_parent_class)->dispose (object);
}

static void
tern_message_list_finalize (GObject *object)
{
  TernMessageList *self = TERN_MESSAGE_LIST (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->keys, g_array_unref);
  g_clear_pointer (&self->items, g_hash_table_unref);
  G_OBJECT_CLASS (tern_message_list_parent_class)->finalize (object);
}

static void
tern_message_list_class_init (TernMessageListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_message_list_dispose;
  object_class->finalize = tern_message_list_finalize;

  signals[SIGNAL_LOADED] = g_signal_new ("loaded", TERN_TYPE_MESSAGE_LIST, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tern_message_list_init (TernMessageList *self)
{
  self->cancellable = g_cancellable_new ();
  self->keys = g_array_new (FALSE, FALSE, sizeof (TernRowKey));
  self->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_queue_init (&self->recent);
}

/**
 * tern_message_list_new:
 * @engine: the engine
 * @folder_id: the folder
 *
 * Makes the list of a folder's messages, newest first. The first page is read from the cache before
 * this returns; the places of all others follow, 16 bytes each, and their content is read a page at
 * a time when a row asks for it. It follows the engine's signal `changed`.
 *
 * Returns: (transfer full): a new list of #TernMessageItem
 */
TernMessageList *
tern_message_list_new (TernEngine *engine, gint64 folder_id)
{
  TernMessageList *self = g_object_new (TERN_TYPE_MESSAGE_LIST, NULL);

  self->engine = g_object_ref (engine);
  self->folder_id = folder_id;
  read_first_page (self);
  g_signal_connect_object (engine, "changed", G_CALLBACK (changed_cb), self, 0);
  tern_engine_load_keys_async (engine, folder_id, self->cancellable, load_keys_cb,
                               g_object_ref (self));
  return self;
}

/**
 * tern_message_list_new_found:
 * @engine: the engine
 * @folder_id: the folder
 *
 * Makes the list of what a search in a folder has found: nothing yet. What changes in the folder
 * changes here, too.
 *
 * Returns: (transfer full): a new list of #TernMessageItem
 */
TernMessageList *
tern_message_list_new_found (TernEngine *engine, gint64 folder_id)
{
  TernMessageList *self = g_object_new (TERN_TYPE_MESSAGE_LIST, NULL);

  self->engine = g_object_ref (engine);
  self->folder_id = folder_id;
  self->is_found = TRUE;
  g_signal_connect_object (engine, "changed", G_CALLBACK (changed_cb), self, 0);
  return self;
}

/**
 * tern_message_list_show_found:
 * @self: a list of what was found
 * @messages: (element-type TernMessage): what was found now, newest first
 *
 * Shows these and no others, with the fewest ranges.
 */
void
tern_message_list_show_found (TernMessageList *self, GPtrArray *messages)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (TernRowKey));

  for (guint i = 0; i < messages->len; i++)
    {
      TernRowKey key = tern_message_get_key (messages->pdata[i]);

      g_array_append_val (keys, key);
    }
  take_keys (self, (const TernRowKey *) (gpointer) keys->data, keys->len);
  self->loaded = TRUE;
  g_signal_emit (self, signals[SIGNAL_LOADED], 0);
}

/**
 * tern_message_list_get_folder_id:
 * @self: a list
 *
 * Returns: the folder's id
 */
gint64
tern_message_list_get_folder_id (TernMessageList *self)
{
  return self->folder_id;
}

/**
 * tern_message_list_is_loaded:
 * @self: a list
 *
 * Returns: whether it has all rows that the cache has; before, an empty list says nothing
 */
gboolean
tern_message_list_is_loaded (TernMessageList *self)
{
  return self->loaded;
}

/**
 * tern_message_list_find:
 * @self: a list
 * @key: a row
 * @position: (out): where it stands, or where the next one after it does
 *
 * Returns: whether the row is there
 */
gboolean
tern_message_list_find (TernMessageList *self, TernRowKey key, guint *position)
{
  return search_key (self->keys, &key, position);
}

/**
 * tern_message_list_get_key:
 * @self: a list
 * @position: a row that exists
 *
 * Returns: the row's key, without reading the row
 */
TernRowKey
tern_message_list_get_key (TernMessageList *self, guint position)
{
  g_return_val_if_fail (position < self->keys->len, ((TernRowKey){ 0, 0 }));
  return *KEY (self->keys, position);
}

/**
 * tern_message_list_count_items:
 * @self: a list
 *
 * Returns: how many item objects live now
 */
guint
tern_message_list_count_items (TernMessageList *self)
{
  return g_hash_table_size (self->items);
}
