/* JPEG to RGB by libjpeg. Two rules differ from the library's habits: a warning about lost data is an error,
 * because a half-decoded picture must never be learned from, and the number of scans is limited, because a
 * small progressive file can otherwise keep a decoder busy for hours. */
#include "codecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

typedef struct {
    struct jpeg_error_mgr base; /* first: libjpeg hands this struct back */
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    int32_t max_scans;
    uint8_t *row; /* CMYK only */
    char reason[JMSG_LENGTH_MAX + 64];
} jpeg_session;

static void on_error(j_common_ptr info)
{
    jpeg_session *session = (jpeg_session *)info->err;
    session->base.format_message(info, session->reason);
    longjmp(session->escape, 1);
}

static void on_message(j_common_ptr info, int level)
{
    int code = info->err->msg_code;
    /* Odd values in the JFIF and Adobe headers lose no pixel; every other warning does. */
    if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM)
        on_error(info);
}

static void on_output(j_common_ptr info)
{
    (void)info; /* a library prints nothing */
}

static void on_progress(j_common_ptr info)
{
    jpeg_session *session = (jpeg_session *)info->err;
    if (((j_decompress_ptr)info)->input_scan_number > session->max_scans) {
        snprintf(session->reason, sizeof session->reason, "more than %d scans", (int)session->max_scans);
        longjmp(session->escape, 1);
    }
}

static void open_session(jpeg_session *session, struct jpeg_decompress_struct *info, int32_t max_scans)
{
    memset(info, 0, sizeof *info);
    info->err = jpeg_std_error(&session->base);
    session->base.error_exit = on_error;
    session->base.emit_message = on_message;
    session->base.output_message = on_output;
    session->progress.progress_monitor = on_progress;
    session->max_scans = max_scans;
    session->row = NULL;
    session->reason[0] = 0;
}

static int32_t close_failed(jpeg_session *session, struct jpeg_decompress_struct *info, char *error, int32_t error_capacity)
{
    int32_t status = session->base.msg_code == JERR_OUT_OF_MEMORY ? SPOT_IMAGES_NO_MEMORY : SPOT_IMAGES_DAMAGED;
    jpeg_destroy_decompress(info);
    free(session->row);
    return spot_fail(status, session->reason, error, error_capacity);
}

static int32_t find_orientation(const struct jpeg_decompress_struct *info)
{
    for (jpeg_saved_marker_ptr marker = info->marker_list; marker != NULL; marker = marker->next)
        if (marker->data_length > 6 && memcmp(marker->data, "Exif\0\0", 6) == 0)
            return spot_exif_orientation(marker->data + 6, marker->data_length - 6);
    return 1;
}

int32_t spot_jpeg_read_header(const uint8_t *data, size_t length, spot_header *header, char *error, int32_t error_capacity)
{
    jpeg_session session;
    struct jpeg_decompress_struct info;
    open_session(&session, &info, 0);
    if (setjmp(session.escape))
        return close_failed(&session, &info, error, error_capacity);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, data, (unsigned long)length);
    jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&info, TRUE);
    header->width = (int32_t)info.image_width;
    header->height = (int32_t)info.image_height;
    header->orientation = find_orientation(&info);
    jpeg_destroy_decompress(&info);
    return SPOT_IMAGES_OK;
}

/* Ink to light. Adobe's programs store inks inverted (255 = none) and say so by their marker. */
static void cmyk_to_rgb(const uint8_t *cmyk, size_t pixels, int inverted, uint8_t *rgb)
{
    uint8_t flip = inverted ? 0 : 255;
    for (size_t i = 0; i < pixels; i++, cmyk += 4, rgb += 3)
        for (int channel = 0; channel < 3; channel++)
            rgb[channel] = (uint8_t)(((cmyk[channel] ^ flip) * (cmyk[3] ^ flip) + 127) / 255);
}

static void read_rows(jpeg_session *session, struct jpeg_decompress_struct *info, uint8_t *pixels)
{
    size_t stride = 3 * (size_t)info->output_width;
    int cmyk = info->out_color_space == JCS_CMYK;
    if (cmyk && (session->row = malloc(4 * (size_t)info->output_width)) == NULL)
        ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    while (info->output_scanline < info->output_height) {
        uint8_t *to = pixels + stride * info->output_scanline;
        JSAMPROW row = cmyk ? session->row : to;
        if (jpeg_read_scanlines(info, &row, 1) == 1 && cmyk)
            cmyk_to_rgb(row, info->output_width, info->saw_Adobe_marker, to);
    }
}

int32_t spot_jpeg_decode(const uint8_t *data, size_t length, int32_t max_scans, int32_t denominator,
                         uint8_t *pixels, int64_t capacity, char *error, int32_t error_capacity)
{
    jpeg_session session;
    struct jpeg_decompress_struct info;
    open_session(&session, &info, max_scans);
    if (setjmp(session.escape))
        return close_failed(&session, &info, error, error_capacity);
    jpeg_create_decompress(&info);
    info.progress = &session.progress;
    jpeg_mem_src(&info, data, (unsigned long)length);
    jpeg_read_header(&info, TRUE);
    info.scale_num = 1;
    info.scale_denom = (unsigned)denominator;
    jpeg_calc_output_dimensions(&info);
    if (capacity != 3 * (int64_t)info.output_width * info.output_height) {
        jpeg_destroy_decompress(&info);
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "the pixel buffer has another size", error, error_capacity);
    }
    int inks = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
    info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
    info.dct_method = JDCT_ISLOW; /* the exact one: equal on every processor */
    jpeg_start_decompress(&info);
    read_rows(&session, &info, pixels);
    jpeg_finish_decompress(&info); /* reads up to the end marker, so a missing one is noticed */
    jpeg_destroy_decompress(&info);
    free(session.row);
    return SPOT_IMAGES_OK;
}
