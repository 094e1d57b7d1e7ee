/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-json-writer.h"

/* The trace is written from every layer and the command line's answers from `cli`; neither may
 * link json-glib, and both need no more than this. */
struct _TernJsonWriter
{
  GString *text;
  gboolean need_comma;
};

/**
 * tern_json_writer_new:
 *
 * Makes a writer of one JSON value (RFC 8259), on one line. The caller keeps begin and end in pairs
 * and puts a key before each value of an object.
 *
 * Returns: (transfer full): a new writer
 */
TernJsonWriter *
tern_json_writer_new (void)
{
  TernJsonWriter *self = g_new0 (TernJsonWriter, 1);

  self->text = g_string_new (NULL);
  return self;
}

/**
 * tern_json_writer_free:
 * @self: (transfer full) (nullable): a writer
 *
 * Frees the writer and what it holds.
 */
void
tern_json_writer_free (TernJsonWriter *self)
{
  if (self == NULL)
    return;
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_free (self);
}

/**
 * tern_json_writer_steal:
 * @self: a writer
 * @length: (out) (optional): bytes of the text
 *
 * Takes the finished text out of the writer, which is then empty and can be used again.
 *
 * Returns: (transfer full): the text, without a line end
 */
char *
tern_json_writer_steal (TernJsonWriter *self, gsize *length)
{
  GString *text = self->text;

  if (length != NULL)
    *length = text->len;
  self->text = g_string_new (NULL);
  self->need_comma = FALSE;
  return g_string_free (text, FALSE);
}

static void
begin_value (TernJsonWriter *self)
{
  if (self->need_comma)
    g_string_append_c (self->text, ',');
  self->need_comma = TRUE;
}

static void
open_container (TernJsonWriter *self, char c)
{
  begin_value (self);
  g_string_append_c (self->text, c);
  self->need_comma = FALSE;
}

static void
close_container (TernJsonWriter *self, char c)
{
  g_string_append_c (self->text, c);
  self->need_comma = TRUE;
}

/**
 * tern_json_writer_begin_object:
 * @self: a writer
 *
 * Opens an object.
 */
void
tern_json_writer_begin_object (TernJsonWriter *self)
{
  open_container (self, '{');
}

/**
 * tern_json_writer_end_object:
 * @self: a writer
 *
 * Closes the object last opened.
 */
void
tern_json_writer_end_object (TernJsonWriter *self)
{
  close_container (self, '}');
}

/**
 * tern_json_writer_begin_array:
 * @self: a writer
 *
 * Opens an array.
 */
void
tern_json_writer_begin_array (TernJsonWriter *self)
{
  open_container (self, '[');
}

/**
 * tern_json_writer_end_array:
 * @self: a writer
 *
 * Closes the array last opened.
 */
void
tern_json_writer_end_array (TernJsonWriter *self)
{
  close_container (self, ']');
}

static void
append_quoted (GString *text, const char *value)
{
  g_autofree char *valid = NULL;

  if (!g_utf8_validate (value, -1, NULL))
    value = valid = g_utf8_make_valid (value, -1);

  g_string_append_c (text, '"');
  for (const char *p = value; *p != '\0'; p++)
    {
      switch (*p)
        {
        case '"':
        case '\\':
          g_string_append_c (text, '\\');
          g_string_append_c (text, *p);
          break;
        case '\n':
          g_string_append (text, "\\n");
          break;
        case '\t':
          g_string_append (text, "\\t");
          break;
        default:
          if ((guchar) *p < 0x20 || *p == 0x7f)
            g_string_append_printf (text, "\\u%04x", (guchar) *p);
          else
            g_string_append_c (text, *p);
        }
    }
  g_string_append_c (text, '"');
}

/**
 * tern_json_writer_key:
 * @self: a writer, inside an object
 * @key: the member's name
 *
 * Writes a member's name; its value is written next.
 */
void
tern_json_writer_key (TernJsonWriter *self, const char *key)
{
  begin_value (self);
  append_quoted (self->text, key);
  g_string_append_c (self->text, ':');
  self->need_comma = FALSE;
}

/**
 * tern_json_writer_string:
 * @self: a writer
 * @value: (nullable): text, made valid UTF-8 where it is not; %NULL is written as null
 *
 * Writes a string.
 */
void
tern_json_writer_string (TernJsonWriter *self, const char *value)
{
  begin_value (self);
  if (value == NULL)
    g_string_append (self->text, "null");
  else
    append_quoted (self->text, value);
}

/**
 * tern_json_writer_int:
 * @self: a writer
 * @value: a number
 *
 * Writes an integer.
 */
void
tern_json_writer_int (TernJsonWriter *self, gint64 value)
{
  begin_value (self);
  g_string_append_printf (self->text, "%" G_GINT64_FORMAT, value);
}

/**
 * tern_json_writer_double:
 * @self: a writer
 * @value: a finite number
 *
 * Writes a number, with a point whatever the locale.
 */
void
tern_json_writer_double (TernJsonWriter *self, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  begin_value (self);
  g_string_append (self->text, g_ascii_formatd (buffer, sizeof buffer, "%.3f", value));
}

/**
 * tern_json_writer_boolean:
 * @self: a writer
 * @value: a truth value
 *
 * Writes true or false.
 */
void
tern_json_writer_boolean (TernJsonWriter *self, gboolean value)
{
  begin_value (self);
  g_string_append (self->text, value ? "true" : "false");
}
