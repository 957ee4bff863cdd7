/* html_sanitizer.h - the HTML of a mail, rewritten so that it can be looked at in a browser.
 *
 * Nothing is copied: tags are read (html_tag.h), and those of a fixed list are written again
 * with the attributes of a fixed list, each value by its own grammar; all else is text, escaped
 * by html_writer.h. So no script, style sheet, form, frame, object, SVG or MathML can be in the
 * output, whatever a browser would have made of the input, and nothing in it is fetched: remote
 * images become their addresses. Links to http, https and mailto stay, with their address in
 * sight. What the mail hides is shown, and marked.
 *
 * Output is balanced, and uses neither <main> nor <section>: it cannot close what is around it.
 *
 * Memory: linear. Limits: HTML_DEPTH_MAX elements inside each other; tags beyond are dropped.
 */
#pragma once

#include "query/html_writer.h"

/* Table layouts of newsletters have some thirty levels. */
#define HTML_DEPTH_MAX 100

typedef struct {
    unsigned n_images;  /* remote, not loaded */
    unsigned n_links;   /* removed: neither http, https nor mailto */
    unsigned n_scripts; /* elements that run, load or ask: left out */
    unsigned n_hidden;  /* elements that the mail hides */
} HtmlFindings;

typedef struct {
    /* The "data:" address of the image with a Content-ID. Returns: (transfer none) NULL when
     * the mail has none that can be shown. */
    const char *(*image)(gpointer data, const char *content_id);
    gpointer data;
} HtmlImages;

/* Writes `html`, valid UTF-8; findings are counted up. */
void html_sanitizer_run(Slice html, const HtmlImages *images, HtmlWriter *writer,
                        HtmlFindings *findings);
