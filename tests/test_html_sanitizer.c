/* SPDX-License-Identifier: MIT */
#include "query/html_link.h"
#include "query/html_style.h"
#include "tests/html_safe_check.h"

/* Makes an exact-size copy safe. */
static char *sanitize(const char *html, HtmlFindings *findings)
{
    const size_t size = strlen(html);
    g_autofree char *exact = g_memdup2(html, size);
    return check_sanitized(slice_of(exact, size), findings);
}

static void test_what_stays(void)
{
    static const char *const cases[][2] = {
        {"<p>a <b>b</b></p>", "<p>a <b>b</b></p>"},
        {"a < b & c > d", "a &lt; b &amp; c &gt; d"},
        {"&eacute;&#233;&lt;script&gt;", "éé&lt;script&gt;"},
        {"<p>one<p>two", "<p>one</p><p>two</p>"},
        {"<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"},
        {"<table><tr><td colspan=2 width='50%'>x<tr><td>y</table>",
         "<table><tr><td colspan=\"2\" width=\"50%\">x</td></tr><tr><td>y</td></tr></table>"},
        {"<td>x</td></div>", " x"},
        {"<b><i>x</b>y</i>", "<b><i>x</i></b>y"},
        {"<font color=red>x</font>", "<span style=\"color:red;\">x</span>"},
        {"<p style='color: #F00; position:fixed; font-weight:700'>x</p>",
         "<p style=\"color:#F00;font-weight:700;\">x</p>"},
        {"<h1 align=CENTER onclick=x>x</h1>", "<h1 align=\"CENTER\">x</h1>"},
        {"<a href=http://a.example/>http://a.example/</a>",
         "<a href=\"http://a.example/\" rel=\"noreferrer noopener nofollow\">"
         "http://a.example/</a>"},
        {"<a href='mailto:a@b.example'>write</a>",
         "<a href=\"mailto:a@b.example\" rel=\"noreferrer noopener nofollow\">write</a>"
         "<span class=\"address\"> [mailto:a@b.example]</span>"},
        {"<img src=cid:png%40x alt='a \"b\"'>",
         "<img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=\"a &quot;b&quot;\">"},
        {"<img src=https://e.example/i.png alt=Logo>",
         "<span class=\"image\">[image, not loaded: https://e.example/i.png “Logo”]</span>"},
        {"<div hidden>x</div>", "<div class=\"hidden\">x</div>"},
        {"<section><main>x</main></section>", "<div><div>x</div></div>"},
        {"x\x1b[31m\xE2\x80\xAEy", "x\\x1b[31m\\u202ey"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        HtmlFindings findings = {0};
        g_autofree char *safe = sanitize(cases[i][0], &findings);
        g_assert_cmpstr(safe, ==, cases[i][1]);
    }
}

static void test_what_goes(void)
{
    static const char *const cases[][2] = {
        {"a<script>x</script>b", "ab"},
        {"a<STYLE>x</STYLE >b", "ab"},
        {"a<svg><script>x</script></svg>b", "ab"},
        {"a<svg/onload=x>b", "ab"},
        {"a<iframe srcdoc='<script>x</script>'></iframe>b", "ab"},
        {"<scr<script>ipt>x</scr</script>ipt>", "ipt&gt;xipt&gt;"},
        {"a<!--[if IE]><script>x</script><![endif]-->b", "ab"},
        {"a<!-->b-->c", "ab--&gt;c"},
        {"<form action=x><input name=y>z</form>", "<div>z</div>"},
        {"<a href='java\nscript:x'>y</a>", "<a>y</a>"},
        {"<a href=' \x01javascript:x'>y</a>", "<a>y</a>"},
        {"<a href='&#x6A&#97;vascript:x'>y</a>", "<a>y</a>"},
        {"<a href=data:text/html,x>y</a>", "<a>y</a>"},
        {"<a href=vbscript:x>y</a>", "<a>y</a>"},
        {"<a href=//e.example>y</a>", "<a>y</a>"},
        {"<img src=data:image/svg+xml,x>", "<span class=\"image\">[image, not shown]</span>"},
        {"<p style='background:url(http://e.example/)'>x</p>", "<p>x</p>"},
        {"<p style='color:expression(x);color:transparent'>x</p>", "<p>x</p>"},
        {"<meta http-equiv=refresh content=0><base href=x><link rel=stylesheet href=x>y", "y"},
        {"</section></main></body></html>x", "x"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        HtmlFindings findings = {0};
        g_autofree char *safe = sanitize(cases[i][0], &findings);
        g_assert_cmpstr(safe, ==, cases[i][1]);
    }
}

/* The collection of attacks, one by one and together, also cut at every byte. */
static void test_attacks(void)
{
    g_autofree char *path = g_build_filename(g_getenv("WAXSEAL_SOURCE_DIR"), "tests", "fuzz",
                                             "seeds", "html_sanitizer", "vectors", NULL);
    g_autofree char *all = NULL;
    HtmlFindings findings = {0};
    g_assert_true(g_file_get_contents(path, &all, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), >, 80);
    for (size_t i = 0; lines[i] != NULL; i++) {
        for (size_t length = strlen(lines[i]);; length--) {
            lines[i][length] = '\0';
            g_free(sanitize(lines[i], &findings));
            if (length == 0) {
                break;
            }
        }
    }
    g_free(sanitize(all, &findings));
    g_assert_cmpuint(findings.n_scripts, >, 0);
    g_assert_cmpuint(findings.n_links, >, 0);
    g_assert_cmpuint(findings.n_images, >, 0);
    g_assert_cmpuint(findings.n_hidden, >, 0);
}

static void test_findings(void)
{
    HtmlFindings findings = {0};
    g_free(sanitize("<script></script><iframe></iframe><a href=x:y>z</a>"
                    "<img src=http://a.example><i hidden></i><i style='display:none'></i>",
                    &findings));
    g_assert_cmpuint(findings.n_scripts, ==, 2);
    g_assert_cmpuint(findings.n_links, ==, 1);
    g_assert_cmpuint(findings.n_images, ==, 1);
    g_assert_cmpuint(findings.n_hidden, ==, 2);
}

/* Each of these a million times takes linear time; the test's own limit of time tells. */
static void test_repeated(void)
{
    static const char *const pieces[] = {"<",    "<b>",  "<p>",      "<svg>",     "<!--",
                                         "</b>", "<td>", "<table>",  "&",         "<a href=x>",
                                         "<a ",  "\"",   "<script>", "<b style='"};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        HtmlFindings findings = {0};
        g_autoptr(GString) html = g_string_new(NULL);
        while (html->len < 200000) {
            g_string_append(html, pieces[i]);
        }
        g_free(sanitize(html->str, &findings));
    }
}

static void test_links(void)
{
    static const struct {
        const char *value;
        HtmlLinkKind kind;
        const char *address;
    } cases[] = {
        {"http://a.example/?a=1&copy=2&amp;b=3", HTML_LINK_WEB,
         "http://a.example/?a=1&copy=2&b=3"},
        {" ht\ttp://a.example/\n", HTML_LINK_WEB, "http://a.example/"},
        {"cid:a%40b", HTML_LINK_CONTENT, "a@b"},
        {"http", HTML_LINK_NONE, NULL},
        {"javascript:http://a.example/", HTML_LINK_NONE, NULL},
        {"", HTML_LINK_NONE, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) address = g_string_new("before");
        g_assert_cmpint(html_link_read(slice_of_string(cases[i].value), address), ==,
                        cases[i].kind);
        if (cases[i].address != NULL) {
            g_assert_cmpstr(address->str, ==, cases[i].address);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/html_sanitizer/what_is_on_the_list_stays", test_what_stays);
    g_test_add_func("/html_sanitizer/what_runs_or_loads_goes", test_what_goes);
    g_test_add_func("/html_sanitizer/attacks_come_out_harmless", test_attacks);
    g_test_add_func("/html_sanitizer/what_was_changed_is_counted", test_findings);
    g_test_add_func("/html_sanitizer/repetition_is_linear", test_repeated);
    g_test_add_func("/html_link/addresses_are_read_as_browsers_do", test_links);
    return g_test_run();
}
