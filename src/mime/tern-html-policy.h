/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The class of the element around all that tern_html_policy_apply() gives out. */
#define TERN_HTML_ROOT_CLASS "tern-letter-root"

/**
 * TernHtmlFindings:
 * @remote: how many remote things were taken out (pictures, styles, fonts, …)
 * @has_colours: whether the letter chooses colours of its own
 * @cids: (element-type utf8): the Content-IDs that the text shows, each once
 *
 * What the policy saw in a letter. Starts zeroed.
 */
typedef struct
{
  guint remote;
  gboolean has_colours;
  GPtrArray *cids;
} TernHtmlFindings;

void tern_html_findings_clear (TernHtmlFindings *self);
char *tern_html_policy_apply (const char *html, gboolean allow_remote, TernHtmlFindings *findings);
char *tern_html_policy_make_page (const char *inner, const char *css, gboolean allow_remote);
char *tern_html_policy_check_link (const char *url);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernHtmlFindings, tern_html_findings_clear)

G_END_DECLS
