/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-code-private.h"

#include <string.h>

#include "tern-html-private.h"
#include "tern-mime-text.h"

/* Links that are looked at, and how far into a text. */
#define MAX_LINKS 500
#define MAX_LOOK (64 * 1024)
/* Of what a link says, and of what stands before one that says nothing, in bytes. */
#define MAX_LABEL 160
/* What names one reader in an address has this many characters, digits among them. */
#define MIN_TOKEN 6

typedef struct
{
  char *best;
  guint best_score;
  guint n_links;

  const char *href; /* of the link that the walk is in; NULL for none */
  GString *label;
} Search;

/* The parts of an address that have a meaning, and whether it is one for this reader alone. */
static char *
dup_meaning (const char *url, gboolean *is_personal)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  const char *path, *query;
  gsize run = 0;
  gboolean has_digit = FALSE;

  /* An address with a user name in it is made to be misread. */
  if (host == NULL || *host == '\0' || g_uri_get_userinfo (uri) != NULL)
    return NULL;
  path = g_uri_get_path (uri);
  query = g_uri_get_query (uri) != NULL ? g_uri_get_query (uri) : "";
  *is_personal = strchr (query, '=') != NULL;
  for (const char *p = path; !*is_personal; p++)
    {
      if (g_ascii_isalnum (*p) || *p == '-' || *p == '_')
        {
          run++;
          has_digit |= g_ascii_isdigit (*p);
        }
      else
        {
          *is_personal = run >= MIN_TOKEN && has_digit;
          run = 0;
          has_digit = FALSE;
        }
      if (*p == '\0')
        break;
    }
  *is_personal |= strlen (query) >= MIN_TOKEN;
  if (g_ascii_strncasecmp (host, "www.", 4) == 0)
    host += 4;
  return g_strconcat (host, path, " ", query, NULL);
}

static gboolean
says (const char *text, TernCodeWord kinds)
{
  g_auto (TernCodeText) plain = { NULL };

  tern_code_text_init (&plain, text);
  return tern_code_has_word (&plain, 0, plain.length, kinds);
}

/* An address as it was meant: some senders write it for HTML in plain text, or twice. */
static char *
clean_address (const char *url)
{
  g_autofree char *checked = tern_html_policy_check_link (url);
  GString *out;

  if (checked == NULL || g_ascii_strncasecmp (checked, "http", 4) != 0)
    return NULL;
  out = g_string_new (checked);
  g_string_replace (out, "&amp;", "&", 0);
  return g_string_free (out, FALSE);
}

/* Looks at one link. Of those that serve equally well the first one counts. */
static void
consider (Search *search, const char *url, const char *label, TernCodeWord not_in_label)
{
  g_autofree char *address = clean_address (url);
  g_autofree char *meaning = NULL;
  gboolean is_personal = FALSE;
  guint score;

  if (address == NULL || search->n_links++ >= MAX_LINKS)
    return;
  meaning = dup_meaning (address, &is_personal);
  if (meaning == NULL || !is_personal || says (meaning, TERN_CODE_WORD_NOT_ADDRESS) ||
      says (label, not_in_label))
    return;
  score = (says (meaning, TERN_CODE_WORD_ADDRESS) ? 2 : 0) +
          (says (label, TERN_CODE_WORD_LINK) ? 1 : 0);
  if (score > search->best_score)
    {
      g_free (search->best);
      search->best = g_steal_pointer (&address);
      search->best_score = score;
    }
}

/* --- In HTML --- */

static gboolean
enter_node (const GumboNode *node, gpointer data)
{
  Search *search = data;
  const char *text = NULL;

  if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
    text = node->v.text.text;
  else if (node->type != GUMBO_NODE_ELEMENT || node->v.element.tag == GUMBO_TAG_STYLE)
    return FALSE;
  else if (node->v.element.tag == GUMBO_TAG_A)
    {
      search->href = tern_html_get_attribute (node, "href");
      g_string_truncate (search->label, 0);
    }
  else if (node->v.element.tag == GUMBO_TAG_IMG)
    text = tern_html_get_attribute (node, "alt");
  if (text != NULL && search->href != NULL && search->label->len < MAX_LABEL)
    g_string_append_printf (search->label, "%s ", text);
  return node->type == GUMBO_NODE_ELEMENT;
}

static void
leave_node (const GumboNode *node, gpointer data)
{
  Search *search = data;

  if (node->v.element.tag != GUMBO_TAG_A || search->href == NULL)
    return;
  consider (search, search->href, search->label->str, TERN_CODE_WORD_NOT_ADDRESS);
  search->href = NULL;
}

static void
search_html (Search *search, const char *html)
{
  guint remote = 0;
  g_autoptr (TernHtmlTree) tree = tern_html_parse (html, &remote);

  search->label = g_string_new (NULL);
  tern_html_walk (tree, enter_node, leave_node, search);
  g_string_free (search->label, TRUE);
}

/* --- In plain text --- */

static void
search_text (Search *search, const char *text)
{
  g_autofree char *head = g_utf8_make_valid (text, strnlen (text, MAX_LOOK));
  g_autofree char *url = NULL;
  const char *rest = head;
  gsize start, length;

  while (search->n_links < MAX_LINKS && tern_mime_find_link (rest, &start, &length, &url))
    {
      const char *before = rest + start - MIN (start, MAX_LABEL);
      g_autofree char *label = g_utf8_make_valid (before, rest + start - before);

      consider (search, url, label, 0);
      rest += start + length;
      g_clear_pointer (&url, g_free);
    }
}

/**
 * tern_code_find_link:
 * @text: (nullable): a letter's plain text, UTF-8
 * @html: (nullable): its HTML, UTF-8
 *
 * Finds the web address by which the reader confirms something: one that says so itself, else one
 * whose text or whose sentence says so. Addresses that lead everybody to the same page are none.
 *
 * Returns: (transfer full) (nullable): the address, http or https, with a host and no user name
 */
char *
tern_code_find_link (const char *text, const char *html)
{
  Search search = { NULL };

  if (html != NULL)
    search_html (&search, html);
  if (search.best == NULL && text != NULL)
    search_text (&search, text);
  return search.best;
}
