/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-html-private.h"

/**
 * tern_html_parse:
 * @html: HTML from a stranger
 * @remote: (inout): what would have been loaded by tags that the tree does not have is added
 *
 * Parses HTML by the HTML5 rules, after tern_html_simplify() made it safe to parse. The tree has a
 * bounded depth.
 *
 * Returns: (transfer full): the document
 */
TernHtmlTree *
tern_html_parse (const char *html, guint *remote)
{
  g_autofree char *simple = tern_html_simplify (html, remote);

  /* Names and values in the tree are the parser's own copies: the text need not stay. */
  return gumbo_parse (simple);
}

/**
 * tern_html_tree_free:
 * @self: (transfer full): a document
 *
 * Frees the document.
 */
void
tern_html_tree_free (TernHtmlTree *self)
{
  gumbo_destroy_output (&kGumboDefaultOptions, self);
}

static const GumboNode *
first_child (const GumboNode *node)
{
  return node->type == GUMBO_NODE_ELEMENT && node->v.element.children.length > 0
             ? node->v.element.children.data[0]
             : NULL;
}

static const GumboNode *
next_sibling (const GumboNode *node)
{
  const GumboVector *children = &node->parent->v.element.children;
  gsize next = node->index_within_parent + 1;

  return next < children->length ? children->data[next] : NULL;
}

/**
 * tern_html_walk:
 * @self: a document
 * @enter: called for each node
 * @leave: called for each element whose @enter returned %TRUE, after its children
 * @data: for both
 *
 * Goes through the tree in the document's order, without recursion.
 */
void
tern_html_walk (TernHtmlTree *self, TernHtmlEnterFunc enter, TernHtmlLeaveFunc leave, gpointer data)
{
  const GumboNode *node = self->root;

  while (node != NULL)
    {
      const GumboNode *next = NULL;

      if (enter (node, data))
        {
          next = first_child (node);
          if (next == NULL && node->type == GUMBO_NODE_ELEMENT)
            leave (node, data);
        }
      while (next == NULL && node != self->root)
        {
          next = next_sibling (node);
          if (next != NULL)
            break;
          node = node->parent;
          leave (node, data);
        }
      node = next;
    }
}

/**
 * tern_html_get_attribute:
 * @node: an element
 * @name: the attribute, lower case
 *
 * Returns: (transfer none) (nullable): its value, character references resolved; %NULL where it is
 *   not there
 */
const char *
tern_html_get_attribute (const GumboNode *node, const char *name)
{
  const GumboAttribute *attribute = gumbo_get_attribute (&node->v.element.attributes, name);

  return attribute != NULL ? attribute->value : NULL;
}
