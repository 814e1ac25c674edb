/* The ABI's entry points: arguments are checked and the format recognised here, the codecs do the rest. */
#include "codecs.h"

#include <string.h>

static const uint8_t png_signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

int32_t spot_fail(int32_t status, const char *reason, char *error, int32_t error_capacity)
{
    if (error != NULL && error_capacity > 0) {
        size_t length = strlen(reason);
        if (length > (size_t)error_capacity - 1)
            length = (size_t)error_capacity - 1;
        memcpy(error, reason, length);
        error[length] = 0;
    }
    return status;
}

static int32_t recognise(const uint8_t *data, size_t length)
{
    if (length >= 3 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff)
        return SPOT_IMAGES_JPEG;
    if (length >= sizeof png_signature && memcmp(data, png_signature, sizeof png_signature) == 0)
        return SPOT_IMAGES_PNG;
    if (length >= 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0)
        return SPOT_IMAGES_WEBP;
    return 0;
}

static int32_t check_data(const uint8_t *data, int64_t length, char *error, int32_t error_capacity)
{
    if (length == 0)
        return spot_fail(SPOT_IMAGES_UNKNOWN_FORMAT, "the file is empty", error, error_capacity);
    if (data == NULL || length < 0)
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "no data", error, error_capacity);
    if (recognise(data, (size_t)length) == 0)
        return spot_fail(SPOT_IMAGES_UNKNOWN_FORMAT, "neither JPEG, PNG nor WebP by its first bytes", error, error_capacity);
    return SPOT_IMAGES_OK;
}

int32_t spot_images_abi_version(void)
{
    return SPOT_IMAGES_ABI;
}

int32_t spot_images_read_header(
    const uint8_t *data, int64_t length, int64_t max_pixels,
    int32_t *format, int32_t *width, int32_t *height, int32_t *orientation,
    char *error, int32_t error_capacity)
{
    if (format == NULL || width == NULL || height == NULL || orientation == NULL)
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "no place for the result", error, error_capacity);
    int32_t status = check_data(data, length, error, error_capacity);
    if (status != SPOT_IMAGES_OK)
        return status;
    spot_header header = {0, 0, 1};
    *format = recognise(data, (size_t)length);
    status = *format == SPOT_IMAGES_JPEG
        ? spot_jpeg_read_header(data, (size_t)length, &header, error, error_capacity)
        : *format == SPOT_IMAGES_PNG
        ? spot_png_read_header(data, (size_t)length, &header, error, error_capacity)
        : spot_webp_read_header(data, (size_t)length, &header, error, error_capacity);
    if (status != SPOT_IMAGES_OK)
        return status;
    *width = header.width;
    *height = header.height;
    *orientation = header.orientation;
    if ((int64_t)header.width * header.height > max_pixels)
        return spot_fail(SPOT_IMAGES_TOO_LARGE, "more pixels than allowed", error, error_capacity);
    return SPOT_IMAGES_OK;
}

int32_t spot_images_decode(
    const uint8_t *data, int64_t length, int32_t max_scans, int32_t denominator,
    uint8_t *pixels, int64_t capacity, char *error, int32_t error_capacity)
{
    int32_t status = check_data(data, length, error, error_capacity);
    if (status != SPOT_IMAGES_OK)
        return status;
    if (pixels == NULL || capacity <= 0)
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "no place for the pixels", error, error_capacity);
    int32_t format = recognise(data, (size_t)length);
    if (denominator != 1 && !(format == SPOT_IMAGES_JPEG && (denominator == 2 || denominator == 4 || denominator == 8)))
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "this denominator is not possible", error, error_capacity);
    if (format == SPOT_IMAGES_JPEG)
        return spot_jpeg_decode(data, (size_t)length, max_scans, denominator, pixels, capacity, error, error_capacity);
    if (format == SPOT_IMAGES_PNG)
        return spot_png_decode(data, (size_t)length, pixels, capacity, error, error_capacity);
    return spot_webp_decode(data, (size_t)length, pixels, capacity, error, error_capacity);
}

int32_t spot_images_decode_png_indices(
    const uint8_t *data, int64_t length, uint8_t *indices, int64_t capacity, char *error, int32_t error_capacity)
{
    int32_t status = check_data(data, length, error, error_capacity);
    if (status != SPOT_IMAGES_OK)
        return status;
    if (indices == NULL || capacity <= 0)
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "no place for the indices", error, error_capacity);
    if (recognise(data, (size_t)length) != SPOT_IMAGES_PNG)
        return spot_fail(SPOT_IMAGES_UNKNOWN_FORMAT, "no PNG by its first bytes", error, error_capacity);
    return spot_png_decode_indices(data, (size_t)length, indices, capacity, error, error_capacity);
}
