/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-convert.h"

#include <string.h>

#include "tern-imap-date.h"
#include "tern-imap-utf7.h"
#include "tern-mime-header.h"
#include "tern-mime-text.h"

/* Addresses of one field that are kept; a letter to more is shown with the first ones. */
#define MAX_ADDRESSES 1000
/* Parameters of one part that are looked at. */
#define MAX_PARAMETERS 64
/* Labels of one message that are kept. */
#define MAX_LABELS 100

static const struct
{
  TernImapFlags wire;
  TernFlags flag;
  const char *name;
} flag_names[] = {
  { TERN_IMAP_FLAG_SEEN, TERN_FLAGS_SEEN, "\\Seen" },
  { TERN_IMAP_FLAG_FLAGGED, TERN_FLAGS_FLAGGED, "\\Flagged" },
  { TERN_IMAP_FLAG_ANSWERED, TERN_FLAGS_ANSWERED, "\\Answered" },
  { TERN_IMAP_FLAG_DRAFT, TERN_FLAGS_DRAFT, "\\Draft" },
  { TERN_IMAP_FLAG_DELETED, TERN_FLAGS_DELETED, "\\Deleted" },
  { TERN_IMAP_FLAG_FORWARDED, TERN_FLAGS_FORWARDED, "$Forwarded" },
  { TERN_IMAP_FLAG_JUNK, TERN_FLAGS_JUNK, "$Junk" },
};

/**
 * tern_imap_make_remote_id:
 * @uidvalidity: the mailbox's UIDVALIDITY
 * @uid: the message's UID
 *
 * Returns: (transfer full): what names the message in its folder above this layer
 */
char *
tern_imap_make_remote_id (guint32 uidvalidity, guint32 uid)
{
  return g_strdup_printf ("%u.%u", uidvalidity, uid);
}

/**
 * tern_imap_parse_remote_id:
 * @remote_id: (nullable): what tern_imap_make_remote_id() gave
 * @uidvalidity: (out): its UIDVALIDITY
 * @uid: (out): its UID
 *
 * Returns: whether @remote_id is one
 */
gboolean
tern_imap_parse_remote_id (const char *remote_id, guint32 *uidvalidity, guint32 *uid)
{
  guint64 validity, number;
  char *end;

  if (remote_id == NULL || !g_ascii_isdigit (*remote_id))
    return FALSE;
  validity = g_ascii_strtoull (remote_id, &end, 10);
  if (*end != '.' || !g_ascii_isdigit (end[1]))
    return FALSE;
  number = g_ascii_strtoull (end + 1, &end, 10);
  if (*end != '\0' || validity > G_MAXUINT32 || number == 0 || number > G_MAXUINT32)
    return FALSE;
  *uidvalidity = (guint32) validity;
  *uid = (guint32) number;
  return TRUE;
}

/**
 * tern_imap_convert_flags:
 * @flags: flags of the protocol
 *
 * Returns: the same in the model's values
 */
TernFlags
tern_imap_convert_flags (TernImapFlags flags)
{
  TernFlags result = TERN_FLAGS_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++)
    if ((flags & flag_names[i].wire) != 0)
      result |= flag_names[i].flag;
  return result;
}

/**
 * tern_imap_flags_to_wire:
 * @flags: flags
 *
 * Returns: (transfer full): their names for a STORE, parted by spaces
 */
char *
tern_imap_flags_to_wire (TernFlags flags)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (flag_names); i++)
    if ((flags & flag_names[i].flag) != 0)
      g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", flag_names[i].name);
  return g_string_free (names, FALSE);
}

static GPtrArray *
convert_addresses (const TernImapResponse *response, guint list)
{
  GPtrArray *addresses;
  TernImapAddress wire;
  TernImapIter iter;

  if (!tern_imap_response_is_list (response, list))
    return NULL;
  addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);
  tern_imap_iter_init (&iter, response, list);
  while (addresses->len < MAX_ADDRESSES && tern_imap_address_next (&iter, &wire))
    {
      g_autofree char *name = tern_mime_decode_header (wire.name, -1);
      g_autofree char *raw = NULL;
      g_autofree char *address = NULL;

      if (wire.mailbox != NULL)
        raw = *wire.host != '\0' ? g_strconcat (wire.mailbox, "@", wire.host, NULL)
                                 : g_strdup (wire.mailbox);
      address = tern_mime_decode_header (raw, -1);
      if (name != NULL && *name == '\0')
        g_clear_pointer (&name, g_free);
      g_ptr_array_add (addresses, tern_address_new (name, address != NULL ? address : ""));
    }
  if (addresses->len == 0)
    g_clear_pointer (&addresses, g_ptr_array_unref);
  return addresses;
}

/* Whether two lists name the same addresses, whatever the names beside them. */
static gboolean
addresses_equal (const TernImapResponse *response, guint a, guint b)
{
  TernImapIter iters[2];
  TernImapAddress wires[2];
  gboolean more[2];

  tern_imap_iter_init (&iters[0], response, a);
  tern_imap_iter_init (&iters[1], response, b);
  for (;;)
    {
      for (guint i = 0; i < 2; i++)
        more[i] = tern_imap_address_next (&iters[i], &wires[i]);
      if (!more[0] || !more[1])
        return more[0] == more[1];
      if (g_strcmp0 (wires[0].mailbox, wires[1].mailbox) != 0 ||
          strcmp (wires[0].host, wires[1].host) != 0)
        return FALSE;
    }
}

static void
convert_envelope (TernMessage *message, const TernImapFetch *fetch)
{
  const TernImapEnvelope *envelope = &fetch->envelope;
  const TernImapResponse *response = fetch->response;
  char *subject = tern_mime_decode_header (envelope->subject, -1);
  guint from = envelope->from;

  message->subject = subject != NULL ? subject : g_strdup ("");
  message->from = convert_addresses (response, from);
  if (message->from == NULL)
    message->from = convert_addresses (response, from = envelope->sender);
  if (message->from == NULL)
    message->from = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);
  if (!addresses_equal (response, envelope->reply_to, from)) /* servers fill in what is missing */
    message->reply_to = convert_addresses (response, envelope->reply_to);
  message->to = convert_addresses (response, envelope->to);
  message->cc = convert_addresses (response, envelope->cc);
  message->message_id = tern_mime_clean_references (envelope->message_id, -1);
  message->in_reply_to = tern_mime_clean_references (envelope->in_reply_to, -1);
  tern_imap_parse_header_date (envelope->date, &message->date);
}

/* The section is a header of at most one field: what stands behind its name. */
static char *
convert_references (const TernImapFetch *fetch)
{
  for (guint i = 0; i < fetch->n_sections; i++)
    {
      const TernImapSection *section = &fetch->sections[i];
      const char *colon;

      if (g_ascii_strncasecmp (section->name, "HEADER.FIELDS", 13) != 0 || section->data == NULL)
        continue;
      colon = memchr (section->data, ':', section->length);
      if (colon != NULL)
        return tern_mime_clean_references (
            colon + 1, (gssize) (section->length - (gsize) (colon + 1 - section->data)));
    }
  return NULL;
}

typedef const char *Parameters[2 * MAX_PARAMETERS + 1];

static void
read_parameters (const TernImapFetch *fetch, guint list, Parameters pairs)
{
  TernImapIter iter;
  guint n = 0, key, value;

  tern_imap_iter_init (&iter, fetch->response, list);
  while (n < 2 * MAX_PARAMETERS && (key = tern_imap_iter_next (&iter)) != 0 &&
         (value = tern_imap_iter_next (&iter)) != 0)
    {
      pairs[n] = tern_imap_response_get_string (fetch->response, key);
      pairs[n + 1] = tern_imap_response_get_string (fetch->response, value);
      if (pairs[n] != NULL && pairs[n + 1] != NULL)
        n += 2;
    }
  pairs[n] = NULL;
}

static char *
convert_content_id (const char *wire)
{
  g_autofree char *clean = tern_mime_decode_header (wire, -1);
  gsize length = clean != NULL ? strlen (clean) : 0;

  if (length > 2 && clean[0] == '<' && clean[length - 1] == '>')
    return g_strndup (clean + 1, length - 2);
  return length > 0 ? g_steal_pointer (&clean) : NULL;
}

static void
convert_single (TernStructure *structure, const TernImapFetch *fetch, const TernImapPart *part)
{
  Parameters of_disposition, of_type;
  g_autofree char *name = NULL;
  g_autofree char *format = NULL;

  read_parameters (fetch, part->disposition_parameters, of_disposition);
  read_parameters (fetch, part->parameters, of_type);
  name = tern_mime_decode_parameter (of_disposition, "filename");
  format = tern_mime_decode_parameter (of_type, "format");
  structure->charset = tern_mime_decode_parameter (of_type, "charset");
  structure->encoding = tern_encoding_from_string (part->encoding);
  structure->size = part->size;
  structure->content_id = convert_content_id (part->content_id);
  structure->is_attachment =
      part->disposition != NULL && g_ascii_strcasecmp (part->disposition, "attachment") == 0;
  structure->is_flowed = format != NULL && g_ascii_strcasecmp (format, "flowed") == 0;
  if (name == NULL)
    name = tern_mime_decode_parameter (of_type, "name");
  if (name != NULL && *name != '\0')
    structure->filename = tern_mime_clean_filename (name, "attachment");
}

/* Part numbers of RFC 9051 section 6.4.5.1. The scanner's cap on nesting bounds the recursion. A
 * multipart right below a message/rfc822 has no number of its own and goes by the message's. */
static TernStructure *
convert_part (const TernImapFetch *fetch, guint index, const char *part_id, gboolean is_root)
{
  const TernImapPart *part = &g_array_index (fetch->parts, TernImapPart, index);
  g_autofree char *raw_type = g_strconcat (part->type, "/", part->subtype, NULL);
  g_autofree char *type = tern_mime_decode_header (raw_type, -1);
  gboolean is_multipart = g_ascii_strcasecmp (part->type, "multipart") == 0;
  g_autofree char *own_id =
      is_root && !is_multipart
          ? (*part_id == '\0' ? g_strdup ("1") : g_strconcat (part_id, ".1", NULL))
          : g_strdup (part_id);
  TernStructure *structure = tern_structure_new (own_id, type);
  guint number = 1;

  if (!is_multipart)
    convert_single (structure, fetch, part);
  if (!is_multipart && part->first_child != 0)
    tern_structure_add_child (structure, convert_part (fetch, part->first_child, own_id, TRUE));
  else if (is_multipart)
    for (guint child = part->first_child; child != 0;
         child = g_array_index (fetch->parts, TernImapPart, child).next, number++)
      {
        g_autofree char *child_id = *own_id == '\0' ? g_strdup_printf ("%u", number)
                                                    : g_strdup_printf ("%s.%u", own_id, number);

        tern_structure_add_child (structure, convert_part (fetch, child, child_id, FALSE));
      }
  return structure;
}

static gboolean
has_attachments (const TernStructure *structure)
{
  g_autoptr (GPtrArray) attachments = tern_structure_list_attachments (structure);

  return attachments->len > 0;
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * tern_imap_convert_labels:
 * @fetch: a FETCH response
 *
 * Makes the user's labels of Gmail's; those that begin with a backslash are folders, or flags.
 *
 * Returns: (transfer full) (nullable): the labels in order, parted by line feeds; %NULL where the
 *   response tells none
 */
char *
tern_imap_convert_labels (const TernImapFetch *fetch)
{
  g_autoptr (GPtrArray) labels = NULL;
  TernImapIter iter;
  guint node;

  if ((fetch->items & TERN_IMAP_HAS_LABELS) == 0)
    return NULL;
  labels = g_ptr_array_new_with_free_func (g_free);
  tern_imap_iter_init (&iter, fetch->response, fetch->labels);
  while (labels->len < MAX_LABELS && (node = tern_imap_iter_next (&iter)) != 0)
    {
      const char *name = tern_imap_response_get_string (fetch->response, node);

      if (name == NULL || *name == '\0' || *name == '\\' || strpbrk (name, "\r\n") != NULL ||
          strlen (name) > TERN_IMAP_MAX_MAILBOX_NAME)
        continue;
      g_ptr_array_add (labels, tern_imap_utf7_decode (name));
    }
  g_ptr_array_sort (labels, compare_labels);
  g_ptr_array_add (labels, NULL);
  return g_strjoinv ("\n", (char **) labels->pdata);
}

static char *
convert_id (const char *gmail, const char *standard)
{
  if (gmail != NULL)
    return g_strconcat ("gm ", gmail, NULL);
  return standard != NULL ? g_strconcat ("id ", standard, NULL) : NULL;
}

/**
 * tern_imap_convert_message:
 * @fetch: a FETCH response with a UID and an ENVELOPE
 * @uidvalidity: of its mailbox
 *
 * Makes what a list shows of a message. Headers are decoded; what the response lacks stays empty.
 *
 * Returns: (transfer full): the message
 */
TernMessage *
tern_imap_convert_message (const TernImapFetch *fetch, guint32 uidvalidity)
{
  TernMessage *message = tern_message_new ();

  message->remote_id = tern_imap_make_remote_id (uidvalidity, fetch->uid);
  message->flags = tern_imap_convert_flags (fetch->flags);
  if (fetch->keywords->len > 0)
    message->keywords = g_strdup (fetch->keywords->str);
  message->modseq = fetch->modseq;
  message->global_id = convert_id (fetch->gmail_id, fetch->email_id);
  message->thread = convert_id (fetch->gmail_thread, fetch->thread_id);
  message->labels = tern_imap_convert_labels (fetch);
  message->shares_flags = fetch->gmail_id != NULL;
  message->size = fetch->size;
  convert_envelope (message, fetch);
  message->received = (fetch->items & TERN_IMAP_HAS_DATE) != 0 ? fetch->date : message->date;
  message->references = convert_references (fetch);
  if (fetch->preview != NULL)
    {
      g_autofree char *preview = g_utf8_make_valid (fetch->preview, -1);

      message->snippet = tern_mime_make_snippet (preview, FALSE, TERN_SNIPPET_CHARS);
    }
  if ((fetch->items & TERN_IMAP_HAS_STRUCTURE) != 0 && fetch->parts->len > 0)
    {
      message->structure = convert_part (fetch, 0, "", TRUE);
      message->has_attachments = has_attachments (message->structure);
    }
  return message;
}

/**
 * tern_imap_convert_fetched:
 * @session: the session that fetched it
 * @fetch: a FETCH response with a UID and an ENVELOPE
 * @uidvalidity: of its mailbox
 *
 * Makes what a list shows of a message. A structure that this server is known to get wrong is left
 * out: the letter is opened as a whole then.
 *
 * Returns: (transfer full): the message
 */
TernMessage *
tern_imap_convert_fetched (TernImapSession *session,
                           const TernImapFetch *fetch,
                           guint32 uidvalidity)
{
  const TernImapQuirks *quirks = tern_imap_session_get_quirks (session);
  TernMessage *message = tern_imap_convert_message (fetch, uidvalidity);

  if ((quirks->flags & TERN_IMAP_QUIRK_WRONG_STRUCTURE) != 0 &&
      tern_imap_structure_has_empty (fetch))
    {
      g_clear_pointer (&message->structure, tern_structure_unref);
      message->has_attachments = FALSE;
    }
  return message;
}
