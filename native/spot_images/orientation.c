/* EXIF orientation: the stored picture is turned and mirrored into the one to look at. */
#include "codecs.h"

#include <string.h>

/* Where the stored pixel (0, 0) lands in the target, and how far apart stored neighbours land (in pixels). */
typedef struct {
    int64_t origin, column_step, row_step;
} pixel_walk;

static pixel_walk plan(int64_t width, int64_t height, int32_t orientation)
{
    int64_t last_column = width - 1, last_row = height - 1;
    switch (orientation) {
    case 2: return (pixel_walk){last_column, -1, width};
    case 3: return (pixel_walk){last_row * width + last_column, -1, -width};
    case 4: return (pixel_walk){last_row * width, 1, -width};
    case 5: return (pixel_walk){0, height, 1};
    case 6: return (pixel_walk){last_row, height, -1};
    case 7: return (pixel_walk){last_column * height + last_row, -height, -1};
    case 8: return (pixel_walk){last_column * height, -height, 1};
    default: return (pixel_walk){0, 1, width};
    }
}

int32_t spot_images_orient(
    const uint8_t *source, int32_t width, int32_t height, int32_t orientation, uint8_t *target,
    char *error, int32_t error_capacity)
{
    if (source == NULL || target == NULL || width < 1 || height < 1 || orientation < 1 || orientation > 8)
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "orientation needs pixels and a value from 1 to 8", error, error_capacity);
    pixel_walk walk = plan(width, height, orientation);
    for (int64_t row = 0; row < height; row++) {
        uint8_t *to = target + 3 * (walk.origin + row * walk.row_step);
        for (int64_t column = 0; column < width; column++) {
            memcpy(to, source, 3);
            source += 3;
            to += 3 * walk.column_step;
        }
    }
    return SPOT_IMAGES_OK;
}
