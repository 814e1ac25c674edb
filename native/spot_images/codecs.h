/* What the files of this library share; not part of the ABI. */
#ifndef SPOT_IMAGES_CODECS_H
#define SPOT_IMAGES_CODECS_H

#include <stddef.h>
#include "spot_images.h"

/* Copies a reason into the caller's buffer, cut to fit, and gives the status back. */
int32_t spot_fail(int32_t status, const char *reason, char *error, int32_t error_capacity);

typedef struct {
    int32_t width, height, orientation;
} spot_header;

int32_t spot_jpeg_read_header(const uint8_t *data, size_t length, spot_header *header, char *error, int32_t error_capacity);
int32_t spot_jpeg_decode(const uint8_t *data, size_t length, int32_t max_scans, int32_t denominator,
                         uint8_t *pixels, int64_t capacity, char *error, int32_t error_capacity);

int32_t spot_png_read_header(const uint8_t *data, size_t length, spot_header *header, char *error, int32_t error_capacity);
int32_t spot_png_decode(const uint8_t *data, size_t length, uint8_t *pixels, int64_t capacity,
                        char *error, int32_t error_capacity);

int32_t spot_png_decode_indices(const uint8_t *data, size_t length, uint8_t *indices, int64_t capacity,
                                char *error, int32_t error_capacity);

int32_t spot_webp_read_header(const uint8_t *data, size_t length, spot_header *header, char *error, int32_t error_capacity);
int32_t spot_webp_decode(const uint8_t *data, size_t length, uint8_t *pixels, int64_t capacity,
                         char *error, int32_t error_capacity);

/* Orientation from a TIFF block ("II*\0..." or "MM\0*..."), 1 where it has none. */
int32_t spot_exif_orientation(const uint8_t *tiff, size_t length);

#endif
