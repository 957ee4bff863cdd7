/* SPDX-License-Identifier: MIT */
#include "query/timeline_svg.h"

#include "query/xml_writer.h"

/* The image and its plot, in its own units. */
#define WIDTH       1000
#define HEIGHT      440
#define PLOT_LEFT   80
#define PLOT_RIGHT  950
#define PLOT_TOP    96
#define PLOT_BOTTOM 370

#define MAX_X_LABELS 10
#define MAX_Y_LABELS 6

/* Characters of a title that fit. */
#define TITLE_MAX 90

#define INK        "#1a1a1a"
#define GREY       "#5f6b76"
#define GRID       "#dfe3e7"
#define VERIFIED   "#1b7340"
#define UNVERIFIED "#b4bdc6"

typedef struct {
    XmlWriter *xml;
    const Timeline *timeline;
    guint top;    /* of the scale */
    double pitch; /* from bar to bar */
} Plot;

static double y_of(const Plot *plot, guint messages)
{
    return PLOT_BOTTOM - (double)messages * (PLOT_BOTTOM - PLOT_TOP) / plot->top;
}

static void rectangle(XmlWriter *xml, double x, double y, double width, double height,
                      const char *fill)
{
    xml_writer_begin(xml, "rect");
    xml_writer_number(xml, "x", x);
    xml_writer_number(xml, "y", y);
    xml_writer_number(xml, "width", width);
    xml_writer_number(xml, "height", height);
    xml_writer_attribute(xml, "fill", fill);
    xml_writer_end(xml);
}

/* `anchor` is where x stands in the text: start, middle, end. */
static void text_at(XmlWriter *xml, double x, double y, const char *anchor, const char *fill,
                    const char *text)
{
    xml_writer_begin(xml, "text");
    xml_writer_number(xml, "x", x);
    xml_writer_number(xml, "y", y);
    xml_writer_attribute(xml, "text-anchor", anchor);
    xml_writer_attribute(xml, "fill", fill);
    xml_writer_text(xml, slice_of_string(text));
    xml_writer_end(xml);
}

/* 1, 2 or 5 times a power of ten, so that few lines reach `peak`. */
static guint y_step(guint peak)
{
    static const guint steps[] = {1, 2, 5};
    for (guint64 power = 1; power <= G_MAXUINT / 10; power *= 10) {
        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
            if (steps[i] * power * (MAX_Y_LABELS - 1) >= peak) {
                return (guint)(steps[i] * power);
            }
        }
    }
    return peak;
}

static void draw_grid(const Plot *plot, guint step)
{
    for (guint64 value = 0; value <= plot->top; value += step) {
        const double y = y_of(plot, (guint)value);
        g_autofree char *label = g_strdup_printf("%" G_GUINT64_FORMAT, value);
        rectangle(plot->xml, PLOT_LEFT, y - 0.5, PLOT_RIGHT - PLOT_LEFT, 1,
                  value == 0 ? GREY : GRID);
        text_at(plot->xml, PLOT_LEFT - 8, y + 4, "end", GREY, label);
    }
}

static void draw_bar(const Plot *plot, guint n)
{
    const TimelinePeriod *period = &g_array_index(plot->timeline->periods, TimelinePeriod, n);
    if (period->messages == 0) {
        return;
    }
    const double gap = plot->pitch > 3 ? plot->pitch * 0.15 : 0;
    const double x = PLOT_LEFT + n * plot->pitch + gap / 2;
    const double y = y_of(plot, period->messages);
    const double y_verified = y_of(plot, period->verified);
    g_autofree char *words =
        g_strdup_printf("%s: %u %s, %u verified", period->label, period->messages,
                        period->messages == 1 ? "message" : "messages", period->verified);
    xml_writer_begin(plot->xml, "g");
    xml_writer_element(plot->xml, "title", words);
    if (period->messages > period->verified) {
        rectangle(plot->xml, x, y, plot->pitch - gap, y_verified - y, UNVERIFIED);
    }
    if (period->verified > 0) {
        rectangle(plot->xml, x, y_verified, plot->pitch - gap, PLOT_BOTTOM - y_verified,
                  VERIFIED);
    }
    xml_writer_end(plot->xml);
}

/* Periods between two labels: of months whole years when they are many. */
static guint x_step(const Timeline *timeline)
{
    const guint least = (timeline->periods->len + MAX_X_LABELS - 1) / MAX_X_LABELS;
    if (timeline->unit != FACET_TIME_MONTH || least <= 1) {
        return MAX(least, 1);
    }
    static const guint steps[] = {2, 3, 6, 12};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (steps[i] >= least) {
            return steps[i];
        }
    }
    return (least + 11) / 12 * 12;
}

/* The first period that has a label: a January, of months. */
static guint x_start(const Timeline *timeline, guint step)
{
    guint n = 0;
    while (
        timeline->unit == FACET_TIME_MONTH && step > 1 && n < MIN(12, step) &&
        n + step < timeline->periods->len &&
        !g_str_has_suffix(g_array_index(timeline->periods, TimelinePeriod, n).label, "-01")) {
        n++;
    }
    return n;
}

static void draw_x_labels(const Plot *plot)
{
    const Timeline *timeline = plot->timeline;
    const guint step = x_step(timeline);
    const bool only_years = timeline->unit == FACET_TIME_MONTH && step % 12 == 0;
    for (guint n = x_start(timeline, step); n < timeline->periods->len; n += step) {
        const char *label = g_array_index(timeline->periods, TimelinePeriod, n).label;
        g_autofree char *shown = only_years && g_str_has_suffix(label, "-01")
                                     ? g_strndup(label, strlen(label) - 3)
                                     : g_strdup(label);
        const double x = PLOT_LEFT + (n + 0.5) * plot->pitch;
        rectangle(plot->xml, x - 0.5, PLOT_BOTTOM, 1, 5, GREY);
        text_at(plot->xml, x, PLOT_BOTTOM + 20, "middle", GREY, shown);
    }
}

static void draw_axis_titles(const Plot *plot, const char *zone)
{
    const char *unit = timeline_unit_word(plot->timeline->unit);
    g_autofree char *x_title = g_strdup_printf("%s (%s)", unit, zone);
    g_autofree char *y_title = g_strdup_printf("messages a %s", unit);
    g_autofree char *turn = g_strdup_printf("rotate(-90 20 %d)", (PLOT_TOP + PLOT_BOTTOM) / 2);
    text_at(plot->xml, (PLOT_LEFT + PLOT_RIGHT) / 2.0, PLOT_BOTTOM + 48, "middle", INK,
            x_title);
    xml_writer_begin(plot->xml, "g");
    xml_writer_attribute(plot->xml, "transform", turn);
    text_at(plot->xml, 20, (PLOT_TOP + PLOT_BOTTOM) / 2.0, "middle", INK, y_title);
    xml_writer_end(plot->xml);
}

static void draw_legend(XmlWriter *xml)
{
    rectangle(xml, PLOT_LEFT, 68, 14, 14, VERIFIED);
    text_at(xml, PLOT_LEFT + 20, 80, "start", INK, "verified");
    rectangle(xml, PLOT_LEFT + 100, 68, 14, 14, UNVERIFIED);
    text_at(xml, PLOT_LEFT + 120, 80, "start", INK, "not verified");
}

/* "35 messages from 2009 to 2017, 20 of them verified (57%)" */
static char *describe(const Timeline *timeline)
{
    guint messages = timeline->undated.messages;
    guint verified = timeline->undated.verified;
    for (guint i = 0; i < timeline->periods->len; i++) {
        const TimelinePeriod *period = &g_array_index(timeline->periods, TimelinePeriod, i);
        messages += period->messages;
        verified += period->verified;
    }
    const guint n = timeline->periods->len;
    const char *first =
        n == 0 ? "?" : g_array_index(timeline->periods, TimelinePeriod, 0).label;
    const char *last =
        n == 0 ? "?" : g_array_index(timeline->periods, TimelinePeriod, n - 1).label;
    GString *out = g_string_new(NULL);
    g_string_printf(out, "%u %s from %s to %s, %u of them verified (%u%%)", messages,
                    messages == 1 ? "message" : "messages", first, last, verified,
                    messages == 0 ? 0 : (guint)((uint64_t)verified * 100 / messages));
    if (timeline->undated.messages > 0) {
        g_string_append_printf(out, "; %u without a date are not drawn",
                               timeline->undated.messages);
    }
    return g_string_free(out, false);
}

/* Cut to what fits. */
static char *shorten(const char *title)
{
    g_autofree char *valid = g_utf8_make_valid(title, -1);
    if (g_utf8_strlen(valid, -1) <= TITLE_MAX) {
        return g_steal_pointer(&valid);
    }
    g_autofree char *cut = g_utf8_substring(valid, 0, TITLE_MAX - 1);
    return g_strconcat(cut, "…", NULL);
}

static void draw_heads(XmlWriter *xml, const char *title, const char *description)
{
    g_autofree char *shown = shorten(title);
    xml_writer_begin(xml, "g");
    xml_writer_attribute(xml, "font-size", "18");
    xml_writer_attribute(xml, "font-weight", "bold");
    text_at(xml, PLOT_LEFT, 30, "start", INK, shown);
    xml_writer_end(xml);
    text_at(xml, PLOT_LEFT, 52, "start", GREY, description);
}

static void begin_image(XmlWriter *xml, const char *title, const char *description)
{
    g_autofree char *box = g_strdup_printf("0 0 %d %d", WIDTH, HEIGHT);
    xml_writer_begin(xml, "svg");
    xml_writer_attribute(xml, "xmlns", "http://www.w3.org/2000/svg");
    xml_writer_attribute(xml, "viewBox", box);
    xml_writer_number(xml, "width", WIDTH);
    xml_writer_number(xml, "height", HEIGHT);
    xml_writer_attribute(xml, "role", "img");
    xml_writer_attribute(xml, "aria-labelledby", "title description");
    xml_writer_attribute(xml, "font-family", "sans-serif");
    xml_writer_attribute(xml, "font-size", "13");
    xml_writer_begin(xml, "title");
    xml_writer_attribute(xml, "id", "title");
    xml_writer_text(xml, slice_of_string(title));
    xml_writer_end(xml);
    xml_writer_begin(xml, "desc");
    xml_writer_attribute(xml, "id", "description");
    xml_writer_text(xml, slice_of_string(description));
    xml_writer_end(xml);
    rectangle(xml, 0, 0, WIDTH, HEIGHT, "#ffffff");
}

void timeline_svg_append(GString *out, const Timeline *timeline, const char *title,
                         const char *zone)
{
    g_assert(timeline->periods->len <= TIMELINE_SVG_PERIODS_MAX);
    const guint peak = MAX(timeline_peak(timeline), 1);
    const guint step = y_step(peak);
    g_autofree char *description = describe(timeline);
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    g_autoptr(XmlWriter) xml = xml_writer_new(out);
    const Plot plot = {
        .xml = xml,
        .timeline = timeline,
        .top = (guint)MIN(((uint64_t)peak + step - 1) / step * step, G_MAXUINT),
        .pitch = (double)(PLOT_RIGHT - PLOT_LEFT) / MAX(timeline->periods->len, 1),
    };
    begin_image(xml, title, description);
    draw_heads(xml, title, description);
    draw_legend(xml);
    draw_grid(&plot, step);
    for (guint n = 0; n < timeline->periods->len; n++) {
        draw_bar(&plot, n);
    }
    draw_x_labels(&plot);
    draw_axis_titles(&plot, zone);
    xml_writer_end(xml);
}
