/* The two passes of UCM over a photo, each a stream of rows: passes.py says what they do, and does the same in OpenCV.
 * A call makes the rows from first up to last, so that bands of a photo can be made side by side.
 *
 * A row is kept only while a window needs it, so the work stays in the processor's cache. A window is taken along the
 * row first and down the columns then. Minima are maxima of inverted values: 0 stands outside the photo for all. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* some Pythons build with -O2, which leaves loops as they are */
#if defined(__x86_64__) && defined(__GLIBC__)
/* one clone runs anywhere, one eight times as wide: which of them is settled when the module is loaded */
#define ROW_LOOP __attribute__((target_clones("avx2", "default"))) static
#endif
#endif
#ifndef ROW_LOOP
#define ROW_LOOP static
#endif
#ifdef _MSC_VER
#define restrict __restrict
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef Py_ssize_t size;

enum { CLASSES = 4 * 256, MOST_VOTERS = 127 }; /* the votes of a longer window's row would not fit 8 bits */

/* ---- loops along a row, which the compiler turns into vector instructions ---- */

ROW_LOOP void deinterleave(const u8 *restrict bgr, u8 *restrict blue, u8 *restrict green, u8 *restrict red, size width) {
    size x = 0;
#if defined(__GNUC__) && !defined(__clang__)
    /* by hand, as the compiler's way with steps of three takes twice the time: 11 bytes are in p and q, the rest in r */
    typedef u8 Bytes __attribute__((vector_size(16)));
    for (; x + 16 <= width; x += 16) {
        Bytes p, q, r, b, g, s;
        memcpy(&p, bgr + 3 * x, 16);
        memcpy(&q, bgr + 3 * x + 16, 16);
        memcpy(&r, bgr + 3 * x + 32, 16);
        b = __builtin_shuffle(p, q, (Bytes){0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30});
        g = __builtin_shuffle(p, q, (Bytes){1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31});
        s = __builtin_shuffle(p, q, (Bytes){2, 5, 8, 11, 14, 17, 20, 23, 26, 29});
        b = __builtin_shuffle(b, r, (Bytes){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29});
        g = __builtin_shuffle(g, r, (Bytes){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30});
        s = __builtin_shuffle(s, r, (Bytes){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31});
        memcpy(blue + x, &b, 16);
        memcpy(green + x, &g, 16);
        memcpy(red + x, &s, 16);
    }
#endif
    for (; x < width; x++) blue[x] = bgr[3 * x], green[x] = bgr[3 * x + 1], red[x] = bgr[3 * x + 2];
}

ROW_LOOP void find_extremes(const u8 *restrict blue, const u8 *restrict green, const u8 *restrict red,
                            u8 *restrict bright, u8 *restrict undark, size width) {
    for (size x = 0; x < width; x++) {
        u8 high = blue[x] > green[x] ? blue[x] : green[x], low = blue[x] < green[x] ? blue[x] : green[x];
        bright[x] = high > red[x] ? high : red[x];
        undark[x] = (u8)(255 - (low < red[x] ? low : red[x]));
    }
}

ROW_LOOP void pass_gates(const u8 *restrict blue, const u8 *restrict green, const u8 *restrict red, u8 *restrict gates,
                         size width, u16 gray, u16 fallback) {
    for (size x = 0; x < width; x++) {
        u16 brightness = (u16)(blue[x] + green[x] + red[x]);
        u16 first = brightness >= gray ? 1 : 0, second = brightness >= fallback ? 2 : 0;
        gates[x] = (u8)(first | second);
    }
}

ROW_LOOP void take_larger(u8 *restrict kept, const u8 *restrict other, size width) {
    for (size x = 0; x < width; x++) kept[x] = kept[x] > other[x] ? kept[x] : other[x];
}

ROW_LOOP void larger(const u8 *a, const u8 *b, u8 *restrict out, size width) {
    for (size x = 0; x < width; x++) out[x] = a[x] > b[x] ? a[x] : b[x];
}

ROW_LOOP void largest(const u8 *a, const u8 *b, const u8 *c, const u8 *d, u8 *restrict out, size width) {
    for (size x = 0; x < width; x++) {
        u8 ab = a[x] > b[x] ? a[x] : b[x], cd = c[x] > d[x] ? c[x] : d[x];
        out[x] = ab > cd ? ab : cd;
    }
}

ROW_LOOP void subtract(const u8 *restrict bright, const u8 *restrict undark, const u8 *restrict gates,
                       u8 *restrict contrast, u16 *restrict classes, size width) {
    for (size x = 0; x < width; x++) {
        contrast[x] = (u8)(bright[x] - (255 - undark[x]));
        classes[x] = (u16)(gates[x] << 8 | contrast[x]);
    }
}

/* Four tables, as neighbours are often equal and a count would wait for the one before it. */
static void count_classes(const u16 *classes, size width, u32 (*tables)[CLASSES]) {
    size x = 0;
    for (; x + 4 <= width; x += 4)
        for (int i = 0; i < 4; i++) tables[i][classes[x + i]]++;
    for (; x < width; x++) tables[0][classes[x]]++;
}

/* Two votes for haze, none against, and one outside the photo: a window is haze where its votes reach its area. */
ROW_LOOP void cast_votes(const u8 *restrict contrast, const u8 *restrict gates, u8 *restrict votes, size width, u8 limit,
                         u8 gate) {
    for (size x = 0; x < width; x++) {
        u8 flat = contrast[x] < limit ? 2 : 0, bright = gates[x] & gate ? 2 : 0;
        votes[x] = flat & bright;
    }
}

ROW_LOOP void add(const u8 *a, const u8 *b, u8 *restrict out, size width) {
    for (size x = 0; x < width; x++) out[x] = (u8)(a[x] + b[x]);
}

ROW_LOOP void add_to(u8 *restrict sums, const u8 *restrict values, size width) {
    for (size x = 0; x < width; x++) sums[x] = (u8)(sums[x] + values[x]);
}

/* Moves the windows down by a row: one row enters, and is kept in the place of the one that leaves. */
ROW_LOOP void count_votes(u16 *restrict votes, const u8 *restrict entering, u8 *restrict leaving,
                          u8 *restrict rejected, size width, u16 area) {
    for (size x = 0; x < width; x++) {
        votes[x] = (u16)(votes[x] + entering[x] - leaving[x]);
        leaving[x] = entering[x];
        rejected[x] = votes[x] < area;
    }
}

ROW_LOOP void accept(const u8 *restrict rejected, u8 *restrict mask, size width) {
    for (size x = 0; x < width; x++) mask[x] = !rejected[x];
}

/* ---- windows; values and spare hold width + side - 1, and the window of x begins at x ---- */

/* Maxima along a row: a window of up to 4n from four of n. */
static const u8 *row_maxima(u8 *values, u8 *spare, size width, size side) {
    for (size have = 1; have < side;) {
        size last = side - have, second = have < last ? have : last, third = 2 * have < last ? 2 * have : last;
        size fourth = 3 * have < last ? 3 * have : last;
        have += fourth;
        largest(values, values + second, values + third, values + fourth, spare, width + side - have);
        u8 *swap = values;
        values = spare, spare = swap;
    }
    return values;
}

/* Sums along a row: the windows of 1, 2, 4, ... that make up side. */
static void row_sums(u8 *values, u8 *spare, u8 *sums, size width, size side) {
    size length = width + side - 1, done = 0;
    memset(sums, 0, (size_t)width);
    for (size power = 1;; power *= 2) {
        if (side & power) {
            add_to(sums, values + done, width);
            done += power;
        }
        if (2 * power > side) return;
        length -= power;
        add(values, values + power, spare, length);
        u8 *swap = values;
        values = spare, spare = swap;
    }
}

/* Maxima down the columns [van Herk 1992, Gil and Werman 1993]. The rows come in blocks of side; a window is the end of
 * the last block, for which the maxima from each row to the block's end are at hand, and the beginning of this one. */
typedef struct {
    size width, side, place;
    u8 *last, *block, *beginning, *out;
} Columns;

static size columns_bytes(size width, size side) { return (2 * side + 2) * width; }

/* memory is all zero: the rows above the photo. */
static Columns make_columns(u8 *memory, size width, size side) {
    Columns columns = {width, side, side / 2, memory, memory + side * width, memory + 2 * side * width,
                       memory + (2 * side + 1) * width};
    return columns;
}

/* The maxima of the window that ends with this row; its centre is side / 2 rows above. */
static const u8 *column_maxima(Columns *columns, const u8 *row) {
    size width = columns->width, place = columns->place++;
    memcpy(columns->block + place * width, row, (size_t)width);
    take_larger(columns->beginning, row, width);
    if (place + 1 < columns->side) {
        larger(columns->beginning, columns->last + (place + 1) * width, columns->out, width);
        return columns->out;
    }
    for (size i = place; i > 0; i--)
        take_larger(columns->block + (i - 1) * width, columns->block + i * width, width);
    u8 *swap = columns->last;
    columns->last = columns->block, columns->block = swap;
    memset(columns->beginning, 0, (size_t)width);
    columns->place = 0;
    return columns->last;
}

/* ---- the passes ---- */

static int survey(const u8 *img, u8 *contrast, u8 *gates, uint64_t *histogram, size height, size width, size first,
                  size last, size side, u16 gray, u16 fallback) {
    /* the row of the bright channel and that of the inverted dark one lie behind each other, and share their windows */
    size reach = side / 2, padded = width + side - 1, both = padded + width;
    u16 *classes = PyMem_RawCalloc((size_t)(6 * width + 4 * padded + both + columns_bytes(both, side)), 1);
    u32(*tables)[CLASSES] = PyMem_RawCalloc(4, sizeof *tables);
    int status = classes && tables ? 0 : -1;
    if (status == 0) {
        u8 *blue = (u8 *)(classes + width), *green = blue + width, *red = green + width, *unused = red + width;
        u8 *bright = unused + width, *undark = bright + padded, *spare = undark + padded, *outside = spare + 2 * padded;
        Columns columns = make_columns(outside + both, both, side);
        for (size y = first > reach ? first - reach : 0; y < last + reach; y++) {
            const u8 *maxima = outside;
            if (y < height) {
                deinterleave(img + 3 * y * width, blue, green, red, width);
                pass_gates(blue, green, red, first <= y && y < last ? gates + y * width : unused, width, gray, fallback);
                memset(bright, 0, (size_t)(2 * padded));
                find_extremes(blue, green, red, bright + reach, undark + reach, width);
                maxima = row_maxima(bright, spare, both, side);
            }
            maxima = column_maxima(&columns, maxima);
            if (y < first + reach) continue;
            size row = (y - reach) * width;
            subtract(maxima, maxima + padded, gates + row, contrast + row, classes, width);
            count_classes(classes, width, tables);
        }
        for (int i = 0; i < CLASSES; i++)
            histogram[i] = (uint64_t)tables[0][i] + tables[1][i] + tables[2][i] + tables[3][i];
    }
    PyMem_RawFree(classes);
    PyMem_RawFree(tables);
    return status;
}

static int clean(const u8 *contrast, const u8 *gates, u8 *mask, size height, size width, size first, size last, u8 limit,
                 u8 gate, size denoise_side, size mask_side) {
    size vote_reach = denoise_side / 2, reach = vote_reach + mask_side / 2;
    size voters = width + denoise_side - 1, padded = width + mask_side - 1;
    u16 area = (u16)(denoise_side * denoise_side);
    size bytes = (denoise_side + 5) * width + 2 * voters + 2 * padded + columns_bytes(width, mask_side);
    u16 *votes = PyMem_RawCalloc((size_t)bytes, 1);
    if (!votes) return -1;
    u8 *outside = (u8 *)(votes + width), *sums = outside + width, *outside_votes = sums + width;
    u8 *window = outside_votes + width, *row = window + denoise_side * width, *spare = row + voters;
    u8 *rejected = spare + voters, *spare2 = rejected + padded;
    Columns columns = make_columns(spare2 + padded, width, mask_side);
    size start = first > reach ? first - reach : 0;
    for (size x = 0; x < width; x++) votes[x] = area;
    memset(outside_votes, (int)denoise_side, (size_t)((1 + denoise_side) * width)); /* window's, too */
    for (size y = start; y < last + reach; y++) {
        const u8 *rejected_row = outside;
        if (y < height + vote_reach) {
            const u8 *entering = outside_votes;
            if (y < height) {
                for (size i = 0; i < vote_reach; i++) row[i] = row[voters - 1 - i] = 1;
                cast_votes(contrast + y * width, gates + y * width, row + vote_reach, width, limit, gate);
                row_sums(row, spare, sums, width, denoise_side);
                entering = sums;
            }
            memset(rejected, 0, (size_t)padded);
            count_votes(votes, entering, window + y % denoise_side * width, rejected + mask_side / 2, width, area);
            if (y < start + vote_reach) continue;
            rejected_row = row_maxima(rejected, spare2, width, mask_side);
        }
        rejected_row = column_maxima(&columns, rejected_row);
        if (y >= first + reach) accept(rejected_row, mask + (y - reach) * width, width);
    }
    PyMem_RawFree(votes);
    return 0;
}

/* ---- Python's side ---- */

static int fits(const Py_buffer *array, size bytes) {
    if (array->len == bytes) return 1;
    PyErr_Format(PyExc_ValueError, "wanted an array of %zd bytes, got %zd", bytes, array->len);
    return 0;
}

static int is_side(size side, size most) {
    if (side >= 1 && side <= most && side % 2 == 1) return 1;
    PyErr_Format(PyExc_ValueError, "the side of a window is odd and at most %zd, got %zd", most, side);
    return 0;
}

static PyObject *end(int status, Py_buffer *arrays, int count) {
    for (int i = 0; i < count; i++) PyBuffer_Release(&arrays[i]);
    if (PyErr_Occurred()) return NULL;
    if (status) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static int is_band(size height, size first, size last) {
    if (0 <= first && first <= last && last <= height) return 1;
    PyErr_Format(PyExc_ValueError, "of %zd rows there are none from %zd to %zd", height, first, last);
    return 0;
}

static PyObject *py_survey(PyObject *module, PyObject *args) {
    Py_buffer a[4]; /* img, contrast, gates, histogram */
    size height, width, first, last, side;
    int gray, fallback, status = 0;
    if (!PyArg_ParseTuple(args, "y*w*w*w*nnnnnii", &a[0], &a[1], &a[2], &a[3], &height, &width, &first, &last, &side,
                          &gray, &fallback))
        return NULL;
    if (is_band(height, first, last) && is_side(side, height + width) && fits(&a[0], 3 * height * width) && fits(&a[1], height * width)
        && fits(&a[2], height * width) && fits(&a[3], CLASSES * 8)) {
        Py_BEGIN_ALLOW_THREADS;
        status = survey(a[0].buf, a[1].buf, a[2].buf, a[3].buf, height, width, first, last, side, (u16)gray,
                        (u16)fallback);
        Py_END_ALLOW_THREADS;
    }
    return end(status, a, 4);
}

static PyObject *py_clean(PyObject *module, PyObject *args) {
    Py_buffer a[3]; /* contrast, gates, mask */
    size height, width, first, last, denoise_side, mask_side;
    int limit, gate, status = 0;
    if (!PyArg_ParseTuple(args, "y*y*w*nnnniinn", &a[0], &a[1], &a[2], &height, &width, &first, &last, &limit, &gate,
                          &denoise_side, &mask_side))
        return NULL;
    if (is_band(height, first, last) && is_side(denoise_side, MOST_VOTERS) && is_side(mask_side, height + width) && fits(&a[0], height * width)
        && fits(&a[1], height * width) && fits(&a[2], height * width)) {
        Py_BEGIN_ALLOW_THREADS;
        status = clean(a[0].buf, a[1].buf, a[2].buf, height, width, first, last, (u8)limit, (u8)gate, denoise_side,
                       mask_side);
        Py_END_ALLOW_THREADS;
    }
    return end(status, a, 3);
}

static PyMethodDef methods[] = {
    {"survey", py_survey, METH_VARARGS,
     "survey(img, contrast, gates, histogram, height, width, first, last, side, gray, fallback)"},
    {"clean", py_clean, METH_VARARGS,
     "clean(contrast, gates, mask, height, width, first, last, limit, gate, denoise_side, mask_side)"},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "mmhaze.ucm._passes", .m_size = 0, .m_methods = methods};

PyMODINIT_FUNC PyInit__passes(void) { return PyModuleDef_Init(&definition); }
