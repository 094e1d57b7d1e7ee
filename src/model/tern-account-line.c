/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-account-line.h"

#include <string.h>

#include "tern-account.h"
#include "tern-error.h"

#define SEPARATOR "----"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define MAX_ADDRESS 320 /* RFC 5321 section 4.5.3.1: 64 + @ + 255 */
#define MAX_NAME 128    /* of a client id or a provider */

typedef struct
{
  GPtrArray *lines;
  GString *entry; /* what belongs together of the lines before; empty for nothing */
  guint number;   /* of its first line */
  gboolean is_too_long;
} Parser;

static void
wipe (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

/**
 * tern_account_line_free:
 * @self: (transfer full): a line
 *
 * Frees the line, and wipes its secrets.
 */
void
tern_account_line_free (TernAccountLine *self)
{
  g_free (self->email);
  wipe (self->password);
  g_free (self->client_id);
  wipe (self->refresh_token);
  g_free (self->provider);
  g_clear_pointer (&self->server, tern_endpoint_unref);
  g_free (self);
}

/**
 * tern_account_line_fault_to_string:
 * @fault: a fault
 *
 * Returns: (transfer none): its name for programs
 */
const char *
tern_account_line_fault_to_string (TernAccountLineFault fault)
{
  static const char *const names[] = {
    [TERN_ACCOUNT_LINE_GOOD] = "good",         [TERN_ACCOUNT_LINE_FORM] = "form",
    [TERN_ACCOUNT_LINE_TOO_LONG] = "too-long", [TERN_ACCOUNT_LINE_TEXT] = "text",
    [TERN_ACCOUNT_LINE_ADDRESS] = "address",   [TERN_ACCOUNT_LINE_PASSWORD] = "password",
    [TERN_ACCOUNT_LINE_SERVER] = "server",     [TERN_ACCOUNT_LINE_PORT] = "port",
    [TERN_ACCOUNT_LINE_CLIENT] = "client-id",  [TERN_ACCOUNT_LINE_TOKEN] = "refresh-token",
    [TERN_ACCOUNT_LINE_PROVIDER] = "provider",
  };

  g_return_val_if_fail ((guint) fault < G_N_ELEMENTS (names), NULL);
  return names[fault];
}

/* --- One account --- */

static gboolean
is_digits (const char *text)
{
  return *text != '\0' && strspn (text, "0123456789") == strlen (text);
}

/* RFC 4122 section 3: what Microsoft calls its clients by. */
static gboolean
is_guid (const char *text)
{
  return strlen (text) == 36 && g_uuid_string_is_valid (text);
}

static gboolean
is_name (const char *text, const char *also)
{
  if (*text == '\0' || strlen (text) > MAX_NAME)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr (also, *text) == NULL)
      return FALSE;
  return TRUE;
}

/* RFC 6749 appendix A.17, but for the space, which only a line that was broken could have left. */
static gboolean
is_token (const char *text)
{
  if (*text == '\0')
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isgraph (*text))
      return FALSE;
  return TRUE;
}

static TernAccountLineFault
take_server (TernAccountLine *line, const char *host, const char *port)
{
  g_autofree char *host_port = NULL;
  guint64 number;

  if (!g_ascii_string_to_unsigned (port, 10, 1, G_MAXUINT16, &number, NULL))
    return TERN_ACCOUNT_LINE_PORT;
  host_port = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
  line->server = tern_endpoint_parse (
      host_port, 0, number == 143 ? TERN_SECURITY_STARTTLS : TERN_SECURITY_TLS, NULL);
  return line->server != NULL ? TERN_ACCOUNT_LINE_GOOD : TERN_ACCOUNT_LINE_SERVER;
}

static TernAccountLineFault
take_token (TernAccountLine *line, const char *client_id, const char *token)
{
  if (!is_name (client_id, "-_."))
    return TERN_ACCOUNT_LINE_CLIENT;
  if (!is_token (token))
    return TERN_ACCOUNT_LINE_TOKEN;
  line->client_id = g_strdup (client_id);
  line->refresh_token = g_strdup (token);
  return TERN_ACCOUNT_LINE_GOOD;
}

static TernAccountLineFault
take_provider (TernAccountLine *line, const char *name)
{
  if (!is_name (name, "-_."))
    return TERN_ACCOUNT_LINE_PROVIDER;
  line->provider = g_ascii_strdown (name, -1);
  return TERN_ACCOUNT_LINE_GOOD;
}

/* What stands behind address and password: @third up to a separator, @rest behind that. */
static TernAccountLineFault
take_rest (TernAccountLine *line, const char *third, char *rest)
{
  if (rest == NULL)
    return g_ascii_strcasecmp (third, "custom") != 0 ? take_provider (line, third)
                                                     : TERN_ACCOUNT_LINE_SERVER;
  if (g_ascii_strcasecmp (third, "custom") == 0)
    {
      char *port = strstr (rest, SEPARATOR);

      if (port == NULL)
        return TERN_ACCOUNT_LINE_PORT;
      *port = '\0';
      return take_server (line, g_strstrip (rest), g_strstrip (port + strlen (SEPARATOR)));
    }
  if (is_guid (third))
    return take_token (line, third, rest);
  if (is_digits (rest))
    return take_server (line, third, rest);
  /* A host with something that is no port, or a client whose id is none of Microsoft's. */
  return strchr (third, '.') != NULL ? TERN_ACCOUNT_LINE_PORT : take_token (line, third, rest);
}

static TernAccountLineFault
parse_fields (TernAccountLine *line, char **fields, guint n)
{
  TernAccountLineFault fault = TERN_ACCOUNT_LINE_GOOD;

  if (n < 2)
    return TERN_ACCOUNT_LINE_FORM;
  g_strstrip (fields[0]);
  if (strlen (fields[0]) > MAX_ADDRESS || !tern_account_is_address (fields[0]))
    return TERN_ACCOUNT_LINE_ADDRESS;
  if (n > 2)
    fault = take_rest (line, g_strstrip (fields[2]), n > 3 ? g_strstrip (fields[3]) : NULL);
  if (fault != TERN_ACCOUNT_LINE_GOOD)
    return fault;
  line->email = g_strdup (fields[0]);
  /* Who signs in by a token has no use for the password, so it is not kept either. */
  if (line->refresh_token != NULL)
    return TERN_ACCOUNT_LINE_GOOD;
  line->password = g_strdup (fields[1]);
  return *fields[1] != '\0' ? TERN_ACCOUNT_LINE_GOOD : TERN_ACCOUNT_LINE_PASSWORD;
}

static gboolean
is_text (const GString *entry)
{
  if (!g_utf8_validate_len (entry->str, entry->len, NULL))
    return FALSE;
  for (gsize i = 0; i < entry->len; i++)
    if (g_ascii_iscntrl (entry->str[i]))
      return FALSE;
  return TRUE;
}

static TernAccountLine *
parse_entry (const Parser *parser)
{
  TernAccountLine *line = g_new0 (TernAccountLine, 1);
  char **fields;
  TernAccountLineFault fault;

  line->number = parser->number;
  if (parser->is_too_long || !is_text (parser->entry))
    {
      line->fault = parser->is_too_long ? TERN_ACCOUNT_LINE_TOO_LONG : TERN_ACCOUNT_LINE_TEXT;
      return line;
    }
  fields = g_strsplit (parser->entry->str, SEPARATOR, 4);
  fault = parse_fields (line, fields, g_strv_length (fields));
  for (guint i = 0; fields[i] != NULL; i++)
    wipe (fields[i]);
  g_free (fields);
  if (fault == TERN_ACCOUNT_LINE_GOOD)
    return line;
  tern_account_line_free (line);
  line = g_new0 (TernAccountLine, 1);
  line->number = parser->number;
  line->fault = fault;
  return line;
}

/* --- The text --- */

static gboolean
end_entry (Parser *self, GError **error)
{
  if (self->entry->len == 0)
    return TRUE;
  if (self->lines->len == TERN_ACCOUNT_LINES_MAX)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_LIMIT, "there are more than %d accounts",
                   TERN_ACCOUNT_LINES_MAX);
      return FALSE;
    }
  g_ptr_array_add (self->lines, parse_entry (self));
  explicit_bzero (self->entry->str, self->entry->len);
  g_string_truncate (self->entry, 0);
  self->is_too_long = FALSE;
  return TRUE;
}

static gboolean
take_line (Parser *self, guint number, const char *start, gsize size, GError **error)
{
  for (; size > 0 && g_ascii_isspace (start[0]); size--)
    start++;
  while (size > 0 && g_ascii_isspace (start[size - 1]))
    size--;

  if (size > 0 && start[0] == '#')
    return TRUE;
  /* What stands behind an empty line continues nothing. */
  if (size == 0)
    return end_entry (self, error);
  if (memmem (start, size, SEPARATOR, strlen (SEPARATOR)) != NULL && !end_entry (self, error))
    return FALSE;
  if (self->entry->len == 0)
    self->number = number;
  if (self->entry->len + size > TERN_ACCOUNT_LINE_MAX_SIZE)
    {
      self->is_too_long = TRUE;
      size = MIN (size, TERN_ACCOUNT_LINE_MAX_SIZE - self->entry->len);
    }
  g_string_append_len (self->entry, start, size);
  return TRUE;
}

/**
 * tern_account_lines_parse:
 * @text: a list of accounts; need not end in a NUL
 * @size: its bytes, at most %TERN_ACCOUNT_LINES_MAX_SIZE
 * @error: return location for %TERN_ERROR_LIMIT where there are too many
 *
 * Reads accounts, one a line, whose fields are parted by `----`:
 *
 * - `ADDRESS----PASSWORD----CLIENT_ID----REFRESH_TOKEN`, where the token may hold the separator
 * - `ADDRESS----PASSWORD----HOST----PORT`, or `custom` before HOST
 * - `ADDRESS----PASSWORD----PROVIDER`
 * - `ADDRESS----PASSWORD`
 *
 * A line that begins with `#` is left out. One without a separator continues the one before.
 * Nothing but the form is checked, and no name resolved.
 *
 * Returns: (transfer full) (element-type TernAccountLine) (nullable): all of them in their order,
 *   those that are refused among them
 */
GPtrArray *
tern_account_lines_parse (const char *text, gsize size, GError **error)
{
  g_autoptr (GPtrArray) lines =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_account_line_free);
  Parser parser = { .lines = lines };
  const char *end = text + size;
  gboolean success = size <= TERN_ACCOUNT_LINES_MAX_SIZE;

  if (!success)
    g_set_error_literal (error, TERN_ERROR, TERN_ERROR_LIMIT, "the list is too long");
  if (size >= strlen (BYTE_ORDER_MARK) &&
      memcmp (text, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0)
    text += strlen (BYTE_ORDER_MARK);

  /* With room for all that it ever takes, it leaves no copy behind when it grows. */
  parser.entry = g_string_sized_new (TERN_ACCOUNT_LINE_MAX_SIZE + 1);
  for (guint number = 1; success && text < end; number++)
    {
      const char *eol = memchr (text, '\n', end - text);

      if (eol == NULL)
        eol = end;
      success = take_line (&parser, number, text, eol - text, error);
      text = MIN (eol + 1, end);
    }
  success = success && end_entry (&parser, error);
  explicit_bzero (parser.entry->str, parser.entry->allocated_len);
  g_string_free (parser.entry, TRUE);
  return success ? g_steal_pointer (&lines) : NULL;
}
