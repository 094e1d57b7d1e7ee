/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-scanner.h"

#include <string.h>

#include "tern-imap-limits.h"

/* While tokens are left out, this much of each is still kept, to know a literal's size. */
#define MUTED_KEEP 64

/* What a byte means within a token: nearly all bytes of a stream are looked up here. */
enum
{
  ENDS_ATOM = 1 << 0,   /* or turns it into a section */
  ENDS_QUOTED = 1 << 1, /* or stands for another byte */
};
static const guint8 byte_class[256] = {
  [0 ... '\b'] = ENDS_ATOM,   ['\n'] = ENDS_ATOM | ENDS_QUOTED,
  ['\v' ... ' '] = ENDS_ATOM, ['"'] = ENDS_ATOM | ENDS_QUOTED,
  ['('] = ENDS_ATOM,          [')'] = ENDS_ATOM,
  ['['] = ENDS_ATOM,          ['\\'] = ENDS_QUOTED,
};

typedef enum
{
  STATE_GAP, /* between tokens */
  STATE_ATOM,
  STATE_SECTION, /* within the brackets of BODY[…] */
  STATE_QUOTED,
  STATE_ESCAPED, /* behind a backslash in a quoted string */
  STATE_LITERAL,
  STATE_TEXT, /* the free text of a status line, up to its end */
} ScannerState;

struct _TernImapScanner
{
  TernImapScannerHandler handler;
  gpointer user_data;
  gboolean paused;

  ScannerState state;
  gboolean is_status;         /* the response is a status or continuation line */
  gboolean literal_announced; /* `{n}` was read, its line end not yet */
  guint64 literal_left;
  TernImapNodeKind literal_kind;
  gboolean overflow; /* the response is over a cap: nothing more of it is kept */
  gsize lost;        /* bytes of it that were not kept */
  gboolean damaged;
  gboolean cr; /* the last byte of a text was a CR that is not kept */

  guint depth; /* open lists, also those left out */
  guint32 open[TERN_IMAP_MAX_DEPTH];

  TernImapNode *nodes;
  guint n_nodes;
  guint nodes_size;
  char *text;
  gsize text_length;
  gsize text_size;
  gsize token_start;
};

/**
 * tern_imap_scanner_new:
 * @handler: takes what is read; copied
 * @user_data: for @handler
 *
 * Makes a scanner for the byte stream of an IMAP server (RFC 9051 section 9). It can be fed in
 * pieces of any size, and holds one response at a time in buffers that are used again.
 *
 * Returns: (transfer full): a new scanner
 */
TernImapScanner *
tern_imap_scanner_new (const TernImapScannerHandler *handler, gpointer user_data)
{
  TernImapScanner *self = g_new0 (TernImapScanner, 1);

  self->handler = *handler;
  self->user_data = user_data;
  return self;
}

/**
 * tern_imap_scanner_free:
 * @self: (transfer full): a scanner
 *
 * Frees it. Must not be called from its handler.
 */
void
tern_imap_scanner_free (TernImapScanner *self)
{
  g_free (self->nodes);
  g_free (self->text);
  g_free (self);
}

/**
 * tern_imap_scanner_pause:
 * @self: a scanner
 *
 * Called from the handler: tern_imap_scanner_push() returns when the present response is done.
 */
void
tern_imap_scanner_pause (TernImapScanner *self)
{
  self->paused = TRUE;
}

/**
 * tern_imap_scanner_resume:
 * @self: a scanner
 *
 * Lets a paused scanner read again.
 */
void
tern_imap_scanner_resume (TernImapScanner *self)
{
  self->paused = FALSE;
}

/**
 * tern_imap_scanner_is_idle:
 * @self: a scanner
 *
 * Returns: whether it stands between two responses
 */
gboolean
tern_imap_scanner_is_idle (TernImapScanner *self)
{
  return self->n_nodes == 0 && self->state == STATE_GAP && self->depth == 0;
}

/**
 * tern_imap_scanner_is_endless:
 * @self: a scanner
 *
 * Returns: whether the present response goes on so far beyond its cap, or announces a literal so
 *   large, that nobody should wait for its end
 */
gboolean
tern_imap_scanner_is_endless (TernImapScanner *self)
{
  return self->lost > TERN_IMAP_MAX_RESPONSE;
}

static gboolean
is_muted (TernImapScanner *self)
{
  return self->overflow || self->depth > TERN_IMAP_MAX_DEPTH;
}

static void
append (TernImapScanner *self, const guint8 *bytes, gsize length)
{
  if (is_muted (self))
    {
      self->lost += MIN (length, G_MAXSIZE - self->lost);
      length = MIN (length, MUTED_KEEP - MIN (self->text_length - self->token_start, MUTED_KEEP));
    }
  else if (self->text_length + length > TERN_IMAP_MAX_RESPONSE)
    {
      self->overflow = self->damaged = TRUE;
      return;
    }
  if (self->text_length + length + 1 > self->text_size)
    {
      self->text_size = MAX (self->text_length + length + 1, MAX (self->text_size * 2, 4096));
      self->text = g_realloc (self->text, self->text_size);
    }
  memcpy (self->text + self->text_length, bytes, length);
  self->text_length += length;
}

static void
append_byte (TernImapScanner *self, guint8 byte)
{
  append (self, &byte, 1);
}

static void
begin_token (TernImapScanner *self, ScannerState state)
{
  self->token_start = self->text_length;
  self->state = state;
}

static TernImapNode *
add_node (TernImapScanner *self, TernImapNodeKind kind)
{
  TernImapNode *node;

  if (!is_muted (self) && self->n_nodes >= TERN_IMAP_MAX_NODES)
    self->overflow = self->damaged = TRUE;
  if (is_muted (self))
    return NULL;
  if (self->n_nodes == self->nodes_size)
    {
      self->nodes_size = MAX (self->nodes_size * 2, 256);
      self->nodes = g_renew (TernImapNode, self->nodes, self->nodes_size);
    }
  node = &self->nodes[self->n_nodes++];
  *node = (TernImapNode){ .kind = kind, .next = self->n_nodes };
  return node;
}

static void
end_token (TernImapScanner *self, TernImapNodeKind kind)
{
  TernImapNode *node = add_node (self, kind);

  self->state = STATE_GAP;
  if (node == NULL)
    {
      self->text_length = self->token_start;
      return;
    }
  node->offset = (guint32) self->token_start;
  node->length = (guint32) (self->text_length - self->token_start);
  append_byte (self, '\0');
  if (self->overflow) /* the NUL did not fit */
    self->n_nodes--;
}

static gboolean
token_equals (TernImapScanner *self, const char *word)
{
  gsize length = self->text_length - self->token_start;

  return length == strlen (word) &&
         g_ascii_strncasecmp (self->text + self->token_start, word, length) == 0;
}

/* Behind the tag, the word that tells a status line from data. */
static void
check_status (TernImapScanner *self)
{
  static const char *const words[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };

  if (self->n_nodes == 0)
    self->is_status = token_equals (self, "+");
  else if (self->n_nodes == 1)
    for (guint i = 0; i < G_N_ELEMENTS (words); i++)
      self->is_status = self->is_status || token_equals (self, words[i]);
}

/* `{n}`, `{n+}` or `~{n}` at the end of a line announces a literal. */
static gboolean
parse_literal (TernImapScanner *self)
{
  const char *p = self->text + self->token_start;
  const char *end = self->text + self->text_length;
  guint64 size = 0;
  guint digits = 0;

  if (p < end && *p == '~')
    p++;
  if (p == end || *p++ != '{')
    return FALSE;
  for (; p < end && g_ascii_isdigit (*p) && digits < 18; p++, digits++)
    size = size * 10 + (guint64) (*p - '0');
  if (p < end && *p == '+')
    p++;
  if (digits == 0 || p + 1 != end || *p != '}')
    return FALSE;
  self->literal_left = size;
  return TRUE;
}

static void
end_atom (TernImapScanner *self, guint8 terminator)
{
  gboolean at_line_end = terminator == '\r' || terminator == '\n';

  if (at_line_end && self->n_nodes > 0 && self->text_length > self->token_start &&
      parse_literal (self))
    {
      self->literal_announced = TRUE;
      self->text_length = self->token_start;
      self->state = STATE_GAP;
      return;
    }
  check_status (self);
  end_token (self, token_equals (self, "NIL") ? TERN_IMAP_NODE_NIL : TERN_IMAP_NODE_ATOM);
}

static void
close_lists (TernImapScanner *self)
{
  for (guint i = 0; i < MIN (self->depth, TERN_IMAP_MAX_DEPTH); i++)
    self->nodes[self->open[i]].next = self->n_nodes;
}

static void
open_list (TernImapScanner *self)
{
  if (self->depth < TERN_IMAP_MAX_DEPTH && !is_muted (self) &&
      add_node (self, TERN_IMAP_NODE_LIST) != NULL)
    self->open[self->depth] = self->n_nodes - 1;
  else if (self->depth < TERN_IMAP_MAX_DEPTH)
    self->open[self->depth] = self->depth > 0 ? self->open[self->depth - 1] : 0;
  else
    self->damaged = TRUE;
  self->depth++;
}

static void
close_list (TernImapScanner *self)
{
  if (self->depth == 0)
    {
      self->damaged = TRUE;
      return;
    }
  self->depth--;
  if (self->depth < TERN_IMAP_MAX_DEPTH && self->n_nodes > 0)
    self->nodes[self->open[self->depth]].next = self->n_nodes;
}

static TernImapResponse
get_response (TernImapScanner *self)
{
  return (TernImapResponse){
    .nodes = self->nodes, .n_nodes = self->n_nodes, .text = self->text, .damaged = self->damaged
  };
}

static void
end_response (TernImapScanner *self)
{
  TernImapResponse response;

  if (self->depth > 0)
    self->damaged = TRUE;
  close_lists (self);
  response = get_response (self);
  if (self->n_nodes > 0)
    self->handler.response (&response, self->user_data);

  self->n_nodes = 0;
  self->text_length = 0;
  self->lost = 0;
  self->depth = 0;
  self->is_status = self->overflow = self->damaged = self->cr = FALSE;
  self->state = STATE_GAP;
  if (self->text_size > TERN_IMAP_KEEP_BUFFER)
    {
      g_clear_pointer (&self->text, g_free);
      self->text_size = 0;
    }
  if (self->nodes_size * sizeof (TernImapNode) > TERN_IMAP_KEEP_BUFFER)
    {
      g_clear_pointer (&self->nodes, g_free);
      self->nodes_size = 0;
    }
}

static void
begin_literal (TernImapScanner *self)
{
  TernImapResponse so_far;

  self->literal_announced = FALSE;
  if (self->literal_left > G_MAXUINT32)
    self->lost = G_MAXSIZE;
  close_lists (self);
  so_far = get_response (self);
  begin_token (self, STATE_LITERAL);
  if (!is_muted (self) && self->handler.literal_begin != NULL &&
      self->handler.literal_begin (&so_far, self->literal_left, self->user_data))
    self->literal_kind = TERN_IMAP_NODE_STREAMED;
  else if (self->literal_left > TERN_IMAP_MAX_LITERAL_HELD)
    self->literal_kind = TERN_IMAP_NODE_SKIPPED;
  else
    self->literal_kind = TERN_IMAP_NODE_STRING;
  if (self->literal_left == 0)
    end_token (self, self->literal_kind);
}

/* Returns how many bytes were taken. */
static gsize
read_literal (TernImapScanner *self, const guint8 *bytes, gsize length)
{
  gsize n = (gsize) MIN (self->literal_left, length);

  if (self->literal_kind == TERN_IMAP_NODE_STREAMED)
    self->handler.literal_data (bytes, n, self->user_data);
  else if (self->literal_kind == TERN_IMAP_NODE_STRING)
    append (self, bytes, n);
  self->literal_left -= n;
  if (self->literal_left == 0)
    end_token (self, self->literal_kind);
  return n;
}

static void
line_end (TernImapScanner *self)
{
  if (self->literal_announced)
    begin_literal (self);
  else
    end_response (self);
}

static void
read_gap (TernImapScanner *self, guint8 byte)
{
  if (self->lost < G_MAXSIZE)
    self->lost++;
  if (self->literal_announced && byte != '\r' && byte != '\n')
    {
      self->literal_announced = FALSE;
      self->damaged = TRUE;
    }
  switch (byte)
    {
    case ' ':
    case '\r':
    case '\0':
      break;
    case '\n':
      line_end (self);
      break;
    case '(':
      open_list (self);
      break;
    case ')':
      close_list (self);
      break;
    case '"':
      begin_token (self, STATE_QUOTED);
      break;
    default:
      begin_token (self, STATE_ATOM);
      append_byte (self, byte);
      break;
    }
}

/* Returns how many bytes were taken; the byte that ends the atom is left for the gap. */
static gsize
read_atom (TernImapScanner *self, const guint8 *bytes, gsize length)
{
  gsize n = 0;

  while (n < length && (byte_class[bytes[n]] & ENDS_ATOM) == 0)
    n++;
  append (self, bytes, n);
  if (n == length)
    return n;
  if (bytes[n] == '[')
    {
      if (token_equals (self, "BODY") || token_equals (self, "BINARY"))
        self->state = STATE_SECTION;
      append_byte (self, '[');
      return n + 1;
    }
  end_atom (self, bytes[n]);
  if (self->is_status && bytes[n] != '\n')
    {
      begin_token (self, STATE_TEXT);
      /* A CR is left for the text, which knows whether a line end follows it. */
      return bytes[n] == ' ' ? n + 1 : n;
    }
  return n;
}

static gsize
read_section (TernImapScanner *self, const guint8 *bytes, gsize length)
{
  gsize n = 0;

  while (n < length && bytes[n] != ']' && bytes[n] != '\r' && bytes[n] != '\n')
    n++;
  append (self, bytes, n);
  if (n == length)
    return n;
  self->state = STATE_ATOM;
  if (bytes[n] != ']')
    {
      self->damaged = TRUE;
      return n;
    }
  append_byte (self, ']');
  return n + 1;
}

static gsize
read_quoted (TernImapScanner *self, const guint8 *bytes, gsize length)
{
  gsize n = 0;

  while (n < length && (byte_class[bytes[n]] & ENDS_QUOTED) == 0)
    n++;
  append (self, bytes, n);
  if (n == length)
    return n;
  if (bytes[n] == '\\')
    {
      self->state = STATE_ESCAPED;
      return n + 1;
    }
  if (bytes[n] == '\n') /* the closing quote is missing */
    {
      self->damaged = TRUE;
      end_token (self, TERN_IMAP_NODE_STRING);
      return n;
    }
  end_token (self, TERN_IMAP_NODE_STRING);
  return n + 1;
}

static gsize
read_escaped (TernImapScanner *self, guint8 byte)
{
  self->state = STATE_QUOTED;
  if (byte == '\n')
    return 0;
  if (byte != '"' && byte != '\\')
    append_byte (self, '\\');
  append_byte (self, byte);
  return 1;
}

static gsize
read_text (TernImapScanner *self, const guint8 *bytes, gsize length)
{
  const guint8 *newline = memchr (bytes, '\n', length);
  gsize n = newline != NULL ? (gsize) (newline - bytes) : length;

  append (self, bytes, n);
  if (newline == NULL)
    return n;
  while (self->text_length > self->token_start &&
         (self->text[self->text_length - 1] == '\r' || self->text[self->text_length - 1] == ' '))
    self->text_length--;
  end_token (self, TERN_IMAP_NODE_TEXT);
  return n;
}

/**
 * tern_imap_scanner_push:
 * @self: a scanner
 * @bytes: (array length=length): the next bytes of the stream
 * @length: how many
 *
 * Reads on, and calls the handler for each response that ends within @bytes. What breaks the
 * grammar or a cap of tern-imap-limits.h costs the token or the response that it stands in, which
 * is then marked as damaged.
 *
 * Returns: how many bytes were taken: all, unless the handler paused the scanner
 */
gsize
tern_imap_scanner_push (TernImapScanner *self, const guint8 *bytes, gsize length)
{
  gsize pos = 0;

  while (pos < length && !self->paused)
    switch (self->state)
      {
      case STATE_GAP:
        read_gap (self, bytes[pos++]);
        break;
      case STATE_ATOM:
        pos += read_atom (self, bytes + pos, length - pos);
        break;
      case STATE_SECTION:
        pos += read_section (self, bytes + pos, length - pos);
        break;
      case STATE_QUOTED:
        pos += read_quoted (self, bytes + pos, length - pos);
        break;
      case STATE_ESCAPED:
        pos += read_escaped (self, bytes[pos]);
        break;
      case STATE_LITERAL:
        pos += read_literal (self, bytes + pos, length - pos);
        break;
      case STATE_TEXT:
        pos += read_text (self, bytes + pos, length - pos);
        break;
      default:
        g_assert_not_reached ();
      }
  return pos;
}
