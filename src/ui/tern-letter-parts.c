/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-letter-parts.h"

#include <string.h>

/* The kinds that a letter may show. SVG is a document with rules of its own, and is not. */
static gboolean
is_picture (const char *mime_type)
{
  static const char *const TYPES[] = { "image/png",  "image/jpeg",  "image/jpg",   "image/pjpeg",
                                       "image/gif",  "image/webp",  "image/x-png", "image/bmp",
                                       "image/avif", "image/x-bmp", NULL };

  return g_strv_contains (TYPES, mime_type);
}

static const TernStructure *
find_part (TernLetter *letter, const char *content_id)
{
  g_autoptr (GPtrArray) parts = NULL;

  if (letter->message->structure == NULL)
    return NULL;
  parts = tern_structure_list_inline (letter->message->structure);
  for (guint i = 0; i < parts->len; i++)
    {
      const TernStructure *part = g_ptr_array_index (parts, i);

      if (strcmp (part->content_id, content_id) == 0 && is_picture (part->mime_type))
        return part; /* the letter's structure holds it too */
    }
  return NULL;
}

static void
load_part_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WebKitURISchemeRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tern_engine_load_part_finish (TERN_ENGINE (object), result, &error);
  g_autoptr (GInputStream) stream = NULL;

  if (bytes == NULL)
    {
      webkit_uri_scheme_request_finish_error (request, error);
      return;
    }
  stream = g_memory_input_stream_new_from_bytes (bytes);
  webkit_uri_scheme_request_finish (request, stream, g_bytes_get_size (bytes),
                                    g_object_get_data (G_OBJECT (request), "mime-type"));
}

/**
 * tern_letter_parts_serve:
 * @request: a request for `cid:…` (RFC 2392)
 * @engine: (nullable): where parts are loaded from
 * @letter: (nullable): the letter that is shown
 *
 * Answers a request of the page with the part of the same letter that has that Content-ID, if it is
 * a picture of a common kind.
 */
void
tern_letter_parts_serve (WebKitURISchemeRequest *request, TernEngine *engine, TernLetter *letter)
{
  const char *uri = webkit_uri_scheme_request_get_uri (request);
  g_autofree char *id = g_uri_unescape_string (uri + strlen ("cid:"), NULL);
  const TernStructure *part = NULL;

  if (id != NULL && engine != NULL && letter != NULL)
    part = find_part (letter, id);
  if (part == NULL)
    {
      g_autoptr (GError) error =
          g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No such picture");

      webkit_uri_scheme_request_finish_error (request, error);
      return;
    }
  g_object_set_data_full (G_OBJECT (request), "mime-type", g_strdup (part->mime_type), g_free);
  tern_engine_load_part_async (engine, letter->message->id, part->part_id, NULL, load_part_cb,
                               g_object_ref (request));
}
