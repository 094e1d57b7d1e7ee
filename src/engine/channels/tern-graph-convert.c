/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-convert.h"

#include <string.h>

#include "tern-mime-header.h"
#include "tern-mime-text.h"

/* What tells an id of Graph from another channel's: neither is ever asked for by the other. */
#define PREFIX "graph:"

/**
 * tern_graph_make_remote_id:
 * @id: an id of Graph
 *
 * Returns: (transfer full): the remote id
 */
char *
tern_graph_make_remote_id (const char *id)
{
  return g_strconcat (PREFIX, id, NULL);
}

/**
 * tern_graph_parse_remote_id:
 * @remote_id: (nullable): a remote id
 *
 * Returns: (transfer none) (nullable): the id; %NULL for what another channel named
 */
const char *
tern_graph_parse_remote_id (const char *remote_id)
{
  return remote_id != NULL && g_str_has_prefix (remote_id, PREFIX) &&
                 remote_id[strlen (PREFIX)] != '\0'
             ? remote_id + strlen (PREFIX)
             : NULL;
}

/**
 * tern_graph_convert_urgency:
 * @urgency: as the engine says it
 *
 * Returns: the same for a session
 */
TernGraphUrgency
tern_graph_convert_urgency (TernUrgency urgency)
{
  return urgency == TERN_URGENCY_USER ? TERN_GRAPH_URGENCY_USER : TERN_GRAPH_URGENCY_BACKGROUND;
}

/* --- Messages --- */

/**
 * tern_graph_convert_category:
 * @category: a category, as the user named it
 *
 * Returns: (transfer full) (nullable): its keyword: one word, without what means something in a
 *   keyword; %NULL for none
 */
char *
tern_graph_convert_category (const char *category)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = category; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c < 0x80 ? !g_ascii_isgraph ((char) c) || strchr ("(){%*\"\\]", (int) c) != NULL
                   : !g_unichar_isgraph (c))
        g_string_append_c (out, '_');
      else
        g_string_append_unichar (out, c);
    }
  return out->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

static char *
convert_categories (GPtrArray *categories)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < categories->len; i++)
    {
      g_autofree char *keyword = tern_graph_convert_category (categories->pdata[i]);

      if (keyword != NULL && !tern_keywords_contain (out->str, keyword))
        g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", keyword);
    }
  return out->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

static char *
convert_line (const char *text)
{
  g_autofree char *line = g_strdup (text);

  for (char *p = line; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  return g_strdup (g_strstrip (line));
}

/* NULL for an empty list. */
static GPtrArray *
convert_addresses (GPtrArray *wire)
{
  GPtrArray *out;

  if (wire->len == 0)
    return NULL;
  out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);
  for (guint i = 0; i < wire->len; i++)
    {
      const TernGraphAddress *one = wire->pdata[i];
      g_autofree char *name = one->name != NULL ? convert_line (one->name) : NULL;
      g_autofree char *address = convert_line (one->address);

      if (name != NULL && (*name == '\0' || strcmp (name, address) == 0))
        g_clear_pointer (&name, g_free);
      g_ptr_array_add (out, tern_address_new (name, address));
    }
  return out;
}

static gboolean
is_same_sender (GPtrArray *a, GPtrArray *b)
{
  return a != NULL && a->len == 1 && b->len == 1 &&
         strcmp (((TernAddress *) a->pdata[0])->address, ((TernAddress *) b->pdata[0])->address) ==
             0;
}

static TernFlags
convert_flags (const TernGraphMessage *message)
{
  TernFlags flags = TERN_FLAGS_NONE;

  if (message->is_read)
    flags |= TERN_FLAGS_SEEN;
  if (message->is_flagged)
    flags |= TERN_FLAGS_FLAGGED;
  if (message->is_draft)
    flags |= TERN_FLAGS_DRAFT;
  if (message->verb == TERN_GRAPH_VERB_REPLY || message->verb == TERN_GRAPH_VERB_REPLY_ALL)
    flags |= TERN_FLAGS_ANSWERED;
  if (message->verb == TERN_GRAPH_VERB_FORWARD)
    flags |= TERN_FLAGS_FORWARDED;
  return flags;
}

/**
 * tern_graph_convert_message:
 * @wire: a message that is complete
 *
 * Returns: (transfer full): what a list shows of it
 */
TernMessage *
tern_graph_convert_message (const TernGraphMessage *wire)
{
  TernMessage *message = tern_message_new ();

  message->remote_id = tern_graph_make_remote_id (wire->id);
  message->global_id = g_strconcat ("graph ", wire->id, NULL);
  message->flags = convert_flags (wire);
  message->keywords = convert_categories (wire->categories);
  message->received = wire->received != 0 ? wire->received : wire->sent;
  message->date = wire->sent;
  message->size = wire->size;
  message->subject = convert_line (wire->subject);
  message->from = convert_addresses (wire->from);
  if (message->from == NULL)
    message->from = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);
  message->to = convert_addresses (wire->to);
  message->cc = convert_addresses (wire->cc);
  message->reply_to = convert_addresses (wire->reply_to);
  if (is_same_sender (message->reply_to, message->from))
    g_clear_pointer (&message->reply_to, g_ptr_array_unref);
  message->message_id = tern_mime_clean_references (wire->message_id, -1);
  message->in_reply_to = tern_mime_clean_references (wire->in_reply_to, -1);
  message->references = tern_mime_clean_references (wire->references, -1);
  message->has_attachments = wire->has_attachments;
  if (wire->preview != NULL)
    message->snippet = tern_mime_make_snippet (wire->preview, FALSE, TERN_SNIPPET_CHARS);
  return message;
}

static TernStructure *
convert_attachment (const TernGraphAttachment *attachment)
{
  TernStructure *part = tern_structure_new (attachment->id, attachment->type);
  g_autofree char *name = convert_line (attachment->name);
  g_autofree char *base = *name != '\0' ? g_path_get_basename (name) : NULL;

  part->size = attachment->size;
  part->filename = g_steal_pointer (&base);
  part->content_id = g_strdup (attachment->content_id);
  part->is_attachment = !attachment->is_inline;
  return part;
}

/**
 * tern_graph_convert_structure:
 * @attachments: (element-type TernGraphAttachment): what a letter has beside its text
 *
 * Makes a structure by which a large letter is opened without all that is attached to it: its parts
 * are called what Graph calls them, and none is encoded.
 *
 * Returns: (transfer full): the structure
 */
TernStructure *
tern_graph_convert_structure (GPtrArray *attachments)
{
  TernStructure *root = tern_structure_new ("", "multipart/mixed");
  TernStructure *shown = tern_structure_new ("shown", "multipart/related");
  TernStructure *text = tern_structure_new (TERN_GRAPH_BODY_PART, "text/html");

  text->charset = g_strdup ("utf-8");
  tern_structure_add_child (shown, text);
  tern_structure_add_child (root, shown);
  for (guint i = 0; i < attachments->len; i++)
    {
      const TernGraphAttachment *attachment = attachments->pdata[i];

      tern_structure_add_child (attachment->is_inline ? shown : root,
                                convert_attachment (attachment));
    }
  return root;
}

/* --- Folders --- */

static const struct
{
  const char *well_known;
  TernFolderRole role;
} roles[] = {
  { "inbox", TERN_FOLDER_ROLE_INBOX },    { "drafts", TERN_FOLDER_ROLE_DRAFTS },
  { "sentitems", TERN_FOLDER_ROLE_SENT }, { "archive", TERN_FOLDER_ROLE_ARCHIVE },
  { "junkemail", TERN_FOLDER_ROLE_JUNK }, { "deleteditems", TERN_FOLDER_ROLE_TRASH },
};

/**
 * tern_graph_convert_role:
 * @well_known: (nullable): Graph's name for what a folder is for
 *
 * Returns: the role
 */
TernFolderRole
tern_graph_convert_role (const char *well_known)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_strcmp0 (well_known, roles[i].well_known) == 0)
      return roles[i].role;
  return TERN_FOLDER_ROLE_NONE;
}

/**
 * tern_graph_role_to_well_known:
 * @role: a role
 *
 * Returns: (nullable): Graph's name for the folder that has it; %NULL for none
 */
const char *
tern_graph_role_to_well_known (TernFolderRole role)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (role == roles[i].role)
      return roles[i].well_known;
  return NULL;
}

/* A slash within a name becomes one that looks alike, as slashes part the levels. */
static char *
convert_name (const char *name)
{
  g_autofree char *line = convert_line (name);
  g_autoptr (GString) safe = g_string_new (*line != '\0' ? line : "?");

  g_string_replace (safe, "/", "\u2215", 0);
  return g_string_free (g_steal_pointer (&safe), FALSE);
}

/**
 * tern_graph_convert_counts:
 * @wire: a folder
 *
 * Returns: (transfer full): a folder with its counts and nothing else. Counts alone do not tell
 *   whether something changed, so there is no stamp
 */
TernFolder *
tern_graph_convert_counts (const TernGraphFolder *wire)
{
  g_autofree char *remote_id = tern_graph_make_remote_id (wire->id);
  TernFolder *folder = tern_folder_new (remote_id, "", NULL);

  folder->total = wire->total;
  folder->unread = wire->unread;
  return folder;
}

/**
 * tern_graph_convert_folders:
 * @wire: (element-type TernGraphFolder): all folders, parents before children
 *
 * Returns: (transfer full) (element-type TernFolder): the same for the engine
 */
GPtrArray *
tern_graph_convert_folders (GPtrArray *wire)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < wire->len; i++)
    {
      const TernGraphFolder *one = wire->pdata[i];
      const TernFolder *parent =
          one->parent != NULL ? g_hash_table_lookup (by_id, one->parent) : NULL;
      g_autofree char *remote_id = tern_graph_make_remote_id (one->id);
      g_autofree char *name = convert_name (one->name);
      g_autofree char *path =
          parent != NULL ? g_strconcat (parent->path, "/", name, NULL) : g_strdup (name);
      TernFolder *folder =
          tern_folder_new (remote_id, path, parent != NULL ? parent->remote_id : NULL);

      folder->role = tern_graph_convert_role (one->well_known);
      folder->selectable = TRUE;
      folder->subscribed = TRUE;
      folder->total = one->total;
      folder->unread = one->unread;
      g_hash_table_insert (by_id, one->id, folder);
      g_ptr_array_add (folders, folder);
    }
  return folders;
}
