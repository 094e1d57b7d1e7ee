/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gumbo.h>

#include "tern-html-policy.h"

G_BEGIN_DECLS

/* A parsed document; named so that it can be an automatic variable. */
typedef GumboOutput TernHtmlTree;

/* Called where a walk comes to a node; FALSE leaves its children out (and its leaving). */
typedef gboolean (*TernHtmlEnterFunc) (const GumboNode *node, gpointer data);
/* Called where a walk has been through an element's children. */
typedef void (*TernHtmlLeaveFunc) (const GumboNode *node, gpointer data);

char *tern_html_simplify (const char *html, guint *remote);
TernHtmlTree *tern_html_parse (const char *html, guint *remote);
void tern_html_tree_free (TernHtmlTree *self);
void tern_html_walk (TernHtmlTree *self,
                     TernHtmlEnterFunc enter,
                     TernHtmlLeaveFunc leave,
                     gpointer data);
const char *tern_html_get_attribute (const GumboNode *node, const char *name);

/* Where a picture comes from. */
typedef enum
{
  TERN_HTML_SOURCE_NONE,   /* nowhere that is let through */
  TERN_HTML_SOURCE_PART,   /* a part of the letter */
  TERN_HTML_SOURCE_INSIDE, /* its own address holds it */
  TERN_HTML_SOURCE_REMOTE,
} TernHtmlSource;

TernHtmlSource tern_html_check_source (const char *url, char **clean, char **content_id);

/* CSS that was let through goes to @out. */
void tern_css_append_declarations (GString *out,
                                   const char *css,
                                   gsize length,
                                   TernHtmlFindings *findings);
void tern_css_append_sheet (GString *out, const char *css, TernHtmlFindings *findings);
gboolean tern_css_hides (const char *css);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernHtmlTree, tern_html_tree_free)

G_END_DECLS
