/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernHtmlFindings:
 * @remote: how many remote things were taken out (pictures, styles, fonts, …)
 * @cids: (element-type utf8): the Content-IDs that the text shows
 *
 * What the policy saw in a letter.
 */
typedef struct
{
  guint      remote;
  GPtrArray *cids;
} TernHtmlFindings;

void tern_html_findings_clear (TernHtmlFindings *self);

/* Letter HTML from a stranger to HTML that can be shown: an allow-list of elements, attributes, URL
 * schemes (http, https, mailto in href; cid and data:image/{png,jpeg,gif,webp} in src) and CSS
 * properties; no script, form, frame, object, meta refresh, base, link, SVG, MathML, event handler,
 * url() that is not cid. With @allow_remote pictures (http, https img src) stay. The result is a
 * body's inner HTML, not a page. */
char *tern_html_policy_apply (const char *html, gboolean allow_remote, TernHtmlFindings *findings);

/* Wraps inner HTML into a whole page with the Content-Security-Policy that repeats the policy, and
 * @css (trusted). */
char *tern_html_policy_make_page (const char *inner, const char *css, gboolean allow_remote);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernHtmlFindings, tern_html_findings_clear)

G_END_DECLS
