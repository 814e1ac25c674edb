/* PNG to RGB and back by libpng. Checksum errors are errors in every chunk; gamma and colour profiles are
 * ignored, as the tools this project's numbers are compared with ignore them. */
#include "codecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
    const uint8_t *data;
    size_t length, at;
    uint8_t *output; /* encoding */
    size_t capacity;
    uint8_t *rgba; /* decoding with alpha */
    png_bytep *rows;
    jmp_buf escape;
    char reason[256];
} png_session;

static void on_error(png_structp png, png_const_charp message)
{
    png_session *session = png_get_error_ptr(png);
    snprintf(session->reason, sizeof session->reason, "%s", message);
    longjmp(session->escape, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png; /* libpng warns about metadata only; lost pixels are errors there */
    (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count)
{
    png_session *session = png_get_io_ptr(png);
    if (count > session->length - session->at)
        png_error(png, "premature end of file");
    memcpy(target, session->data + session->at, count);
    session->at += count;
}

static void write_bytes(png_structp png, png_bytep source, size_t count)
{
    png_session *session = png_get_io_ptr(png);
    if (count > session->capacity - session->at)
        png_error(png, "the output buffer is too small");
    memcpy(session->output + session->at, source, count);
    session->at += count;
}

static void flush_bytes(png_structp png)
{
    (void)png;
}

static int32_t close_reader(png_session *session, png_structp png, png_infop info, int32_t status,
                            char *error, int32_t error_capacity)
{
    png_destroy_read_struct(&png, &info, NULL);
    free(session->rgba);
    free(session->rows);
    return status == SPOT_IMAGES_OK ? status : spot_fail(status, session->reason, error, error_capacity);
}

/* Runs inside the caller's setjmp. */
static void read_info(png_session *session, png_structp png, png_infop info)
{
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_read_fn(png, session, read_bytes);
    png_read_info(png, info);
}

int32_t spot_png_read_header(const uint8_t *data, size_t length, spot_header *header, char *error, int32_t error_capacity)
{
    png_session session = {.data = data, .length = length, .reason = "out of memory"};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, on_error, on_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL)
        return close_reader(&session, png, NULL, SPOT_IMAGES_NO_MEMORY, error, error_capacity);
    if (setjmp(session.escape))
        return close_reader(&session, png, info, SPOT_IMAGES_DAMAGED, error, error_capacity);
    read_info(&session, png, info);
    header->width = (int32_t)png_get_image_width(png, info);
    header->height = (int32_t)png_get_image_height(png, info);
#ifdef PNG_eXIf_SUPPORTED
    png_uint_32 exif_length = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(png, info, &exif_length, &exif) != 0)
        header->orientation = spot_exif_orientation(exif, exif_length);
#endif
    return close_reader(&session, png, info, SPOT_IMAGES_OK, error, error_capacity);
}

/* Every colour type becomes 8-bit RGB or RGBA; gives the number of channels. */
static int expand(png_structp png, png_infop info)
{
    int alpha = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    return alpha ? 4 : 3;
}

static void onto_white(const uint8_t *rgba, size_t pixels, uint8_t *rgb)
{
    for (size_t i = 0; i < pixels; i++, rgba += 4, rgb += 3)
        for (int channel = 0; channel < 3; channel++)
            rgb[channel] = (uint8_t)((rgba[channel] * rgba[3] + 255 * (255 - rgba[3]) + 127) / 255);
}

static void read_pixels(png_session *session, png_structp png, png_infop info, uint8_t *pixels)
{
    size_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    int channels = expand(png, info);
    if (png_get_rowbytes(png, info) != channels * width || png_get_bit_depth(png, info) != 8)
        png_error(png, "unexpected pixel layout");
    if (channels == 4 && (session->rgba = malloc(4 * width * height)) == NULL)
        png_error(png, "out of memory");
    if ((session->rows = malloc(height * sizeof(png_bytep))) == NULL)
        png_error(png, "out of memory");
    uint8_t *target = channels == 4 ? session->rgba : pixels;
    for (size_t row = 0; row < height; row++)
        session->rows[row] = target + row * channels * width;
    png_read_image(png, session->rows);
    png_read_end(png, NULL); /* up to IEND, so that a file cut behind its pixels is noticed */
    if (channels == 4)
        onto_white(session->rgba, width * height, pixels);
}

static void read_indices(png_session *session, png_structp png, png_infop info, uint8_t *indices)
{
    size_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    int type = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
    if (type != PNG_COLOR_TYPE_PALETTE && !(type == PNG_COLOR_TYPE_GRAY && depth == 8))
        png_error(png, "neither a palette nor 8-bit grey: the picture has no indices");
    png_set_packing(png); /* 1, 2 and 4 bits to a byte each, values unchanged */
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != width || png_get_bit_depth(png, info) != 8)
        png_error(png, "unexpected pixel layout");
    if ((session->rows = malloc(height * sizeof(png_bytep))) == NULL)
        png_error(png, "out of memory");
    for (size_t row = 0; row < height; row++)
        session->rows[row] = indices + row * width;
    png_read_image(png, session->rows);
    png_read_end(png, NULL);
}

typedef void (*pixel_reader)(png_session *session, png_structp png, png_infop info, uint8_t *target);

/* Decodes into target, which must have exactly `bytes` bytes for each pixel. */
static int32_t decode(const uint8_t *data, size_t length, uint8_t *target, int64_t capacity, int bytes,
                      pixel_reader read_into, char *error, int32_t error_capacity)
{
    png_session session = {.data = data, .length = length, .reason = "out of memory"};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &session, on_error, on_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL)
        return close_reader(&session, png, NULL, SPOT_IMAGES_NO_MEMORY, error, error_capacity);
    if (setjmp(session.escape))
        return close_reader(&session, png, info, SPOT_IMAGES_DAMAGED, error, error_capacity);
    read_info(&session, png, info);
    if (capacity != bytes * (int64_t)png_get_image_width(png, info) * png_get_image_height(png, info))
        png_error(png, "the target buffer has another size");
    read_into(&session, png, info, target);
    return close_reader(&session, png, info, SPOT_IMAGES_OK, error, error_capacity);
}

int32_t spot_png_decode(const uint8_t *data, size_t length, uint8_t *pixels, int64_t capacity,
                        char *error, int32_t error_capacity)
{
    return decode(data, length, pixels, capacity, 3, read_pixels, error, error_capacity);
}

int32_t spot_png_decode_indices(const uint8_t *data, size_t length, uint8_t *indices, int64_t capacity,
                                char *error, int32_t error_capacity)
{
    return decode(data, length, indices, capacity, 1, read_indices, error, error_capacity);
}

int64_t spot_images_png_bound(int32_t width, int32_t height)
{
    if (width < 1 || height < 1 || width > 1000000 || height > 1000000)
        return 0;
    int64_t raw = (int64_t)height * (1 + 3 * (int64_t)width);
    int64_t deflated = raw + raw / 1000 + raw / 8192 * 12 + 1024; /* zlib's worst case and libpng's chunk frames */
    return deflated;
}

int32_t spot_images_encode_png(
    const uint8_t *pixels, int32_t width, int32_t height,
    uint8_t *output, int64_t capacity, int64_t *written, char *error, int32_t error_capacity)
{
    if (pixels == NULL || output == NULL || written == NULL || capacity < 0 || spot_images_png_bound(width, height) == 0)
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "sizes are from 1 to 1,000,000", error, error_capacity);
    png_session session = {.output = output, .capacity = (size_t)capacity, .reason = "out of memory"};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &session, on_error, on_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL || setjmp(session.escape)) {
        png_destroy_write_struct(&png, &info);
        return spot_fail(SPOT_IMAGES_NO_MEMORY, session.reason, error, error_capacity);
    }
    png_set_write_fn(png, &session, write_bytes, flush_bytes);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int32_t row = 0; row < height; row++)
        png_write_row(png, pixels + (size_t)row * 3 * (size_t)width);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *written = (int64_t)session.at;
    return SPOT_IMAGES_OK;
}
