/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-session-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-graph-json-private.h"

static const struct
{
  guint status;
  TernError error;
} statuses[] = {
  { 401, TERN_ERROR_PERMISSION },  { 403, TERN_ERROR_PERMISSION }, { 404, TERN_ERROR_GONE },
  { 405, TERN_ERROR_UNSUPPORTED }, { 410, TERN_ERROR_GONE },       { 413, TERN_ERROR_LIMIT },
  { 423, TERN_ERROR_BUSY },        { 429, TERN_ERROR_BUSY },       { 501, TERN_ERROR_UNSUPPORTED },
  { 507, TERN_ERROR_REFUSED },
};

/* What the server calls a link to changes that has grown too old. */
static gboolean
is_resync (guint status, const char *code)
{
  static const char *const codes[] = { "syncStateNotFound", "syncStateInvalid", "resyncRequired" };

  for (guint i = 0; code != NULL && i < G_N_ELEMENTS (codes); i++)
    if (g_ascii_strcasecmp (code, codes[i]) == 0)
      return TRUE;
  return status == 410;
}

/**
 * tern_graph_status_to_error:
 * @status: an HTTP status that is no success
 * @code: (nullable): the server's name for the error
 *
 * Says what a refusal means: 401 and 403 are about permission, as the token was a fresh one.
 *
 * Returns: (transfer full): the error
 */
GError *
tern_graph_status_to_error (guint status, const char *code)
{
  TernError kind = status >= 500   ? TERN_ERROR_BUSY
                   : status >= 400 ? TERN_ERROR_REFUSED
                                   : TERN_ERROR_PROTOCOL;
  GError *error;

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].status == status)
      kind = statuses[i].error;
  if (is_resync (status, code))
    kind = TERN_ERROR_GONE;
  error = g_error_new (TERN_ERROR, (int) kind, "HTTP %u%s%s", status, code != NULL ? " " : "",
                       code != NULL ? code : "");
  if (is_resync (status, code))
    tern_error_set_detail (error, TERN_GRAPH_RESYNC);
  return error;
}

/**
 * tern_graph_status_dup_code:
 * @body: the body of a refusal
 *
 * Returns: (transfer full) (nullable): the server's name for the error; its own words are left out,
 *   as they name people and folders
 */
char *
tern_graph_status_dup_code (GBytes *body)
{
  g_autoptr (JsonObject) object = tern_graph_json_parse (body, NULL);
  JsonObject *error = object != NULL ? tern_graph_json_object (object, "error") : NULL;
  const char *code = error != NULL ? tern_graph_json_string (error, "code") : NULL;

  if (code == NULL || *code == '\0' || strlen (code) > 64)
    return NULL;
  for (const char *p = code; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '.' && *p != '_')
      return NULL;
  return g_strdup (code);
}

/* The server wants to be left alone for so long. */
GError *
tern_graph_busy_error (guint seconds)
{
  GError *error =
      g_error_new_literal (TERN_ERROR, TERN_ERROR_BUSY, "the server asks to come back later");
  g_autofree char *detail = g_strdup_printf ("%u", seconds);

  if (seconds > 0)
    tern_error_set_detail (error, detail);
  return error;
}
