/* Makes the older JPEG files of this folder (libjpeg62-turbo-dev): cc make_files.c -ljpeg -o make_files && ./make_files
 *
 * All show the same upright picture of 24 x 16 pixels in four quadrants: red, green / blue, white. Quality 95, no
 * chroma subsampling. orientation-K.jpg holds the picture turned so that EXIF orientation K sets it upright again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>

enum { W = 24, H = 16 };
enum kind { COLOR, GREY, CMYK, ADOBE_CMYK, ADOBE_YCCK };
enum scans { ONE, PROGRESSIVE, SEPARATE };

static void upright(int y, int x, unsigned char *rgb)
{
    static const unsigned char quadrants[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
    memcpy(rgb, quadrants[(y >= H / 2) * 2 + (x >= W / 2)], 3);
}

/* Stored row r and column c show this upright pixel (EXIF 2.32, tag 274). */
static void seen(int orientation, int r, int c, unsigned char *rgb)
{
    int y[9] = {0, r, r, H - 1 - r, H - 1 - r, c, c, H - 1 - c, H - 1 - c};
    int x[9] = {0, c, W - 1 - c, W - 1 - c, c, r, W - 1 - r, W - 1 - r, r};
    upright(y[orientation], x[orientation], rgb);
}

static void set_pixel(enum kind kind, const unsigned char *rgb, unsigned char *out)
{
    if (kind == COLOR)
        memcpy(out, rgb, 3);
    else if (kind == GREY)
        *out = (unsigned char)(rgb[0] * 0.299 + rgb[1] * 0.587 + rgb[2] * 0.114 + 0.5);
    else
        for (int i = 0; i < 4; i++) /* ink is 255 - light, no black; Adobe stores it inverted */
            out[i] = (unsigned char)((i < 3 ? 255 - rgb[i] : 0) ^ (kind == CMYK ? 0 : 255));
}

static void write_exif(j_compress_ptr info, int orientation)
{
    unsigned char little[] = "Exif\0\0II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0K\0\0\0\0\0\0\0";
    unsigned char big[] = "Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0K\0\0\0\0\0\0";
    little[24] = big[25] = (unsigned char)orientation;
    jpeg_write_marker(info, JPEG_APP0 + 1, orientation % 2 ? little : big, 32);
}

static void make(const char *name, enum kind kind, enum scans scans, int orientation)
{
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr error;
    info.err = jpeg_std_error(&error);
    jpeg_create_compress(&info);
    FILE *file = fopen(name, "wb");
    jpeg_stdio_dest(&info, file);
    info.image_width = orientation > 4 ? H : W;
    info.image_height = orientation > 4 ? W : H;
    info.input_components = kind == COLOR ? 3 : kind == GREY ? 1 : 4;
    info.in_color_space = kind == COLOR ? JCS_RGB : kind == GREY ? JCS_GRAYSCALE : JCS_CMYK;
    jpeg_set_defaults(&info);
    if (kind == ADOBE_YCCK)
        jpeg_set_colorspace(&info, JCS_YCCK);
    info.write_Adobe_marker = kind == ADOBE_CMYK || kind == ADOBE_YCCK;
    jpeg_set_quality(&info, 95, TRUE);
    info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
    if (kind == ADOBE_YCCK)
        info.comp_info[3].h_samp_factor = info.comp_info[3].v_samp_factor = 1;
    static const jpeg_scan_info separate[] = {{1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
    if (scans == PROGRESSIVE)
        jpeg_simple_progression(&info);
    else if (scans == SEPARATE) {
        info.scan_info = separate;
        info.num_scans = 3;
    }
    jpeg_start_compress(&info, TRUE);
    if (orientation > 0)
        write_exif(&info, orientation);
    while (info.next_scanline < info.image_height) {
        unsigned char row[4 * W], rgb[3], *rows = row;
        for (unsigned c = 0; c < info.image_width; c++) {
            seen(orientation > 0 ? orientation : 1, (int)info.next_scanline, (int)c, rgb);
            set_pixel(kind, rgb, row + c * info.input_components);
        }
        jpeg_write_scanlines(&info, &rows, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    fclose(file);
}

int main(void)
{
    make("color.jpg", COLOR, ONE, 0);
    make("grey.jpg", GREY, ONE, 0);
    make("progressive.jpg", COLOR, PROGRESSIVE, 0);
    make("separate-scans.jpg", COLOR, SEPARATE, 0);
    make("cmyk.jpg", CMYK, ONE, 0);
    make("adobe-cmyk.jpg", ADOBE_CMYK, ONE, 0);
    make("adobe-ycck.jpg", ADOBE_YCCK, ONE, 0);
    for (int k = 1; k <= 8; k++) {
        char name[32];
        snprintf(name, sizeof name, "orientation-%d.jpg", k);
        make(name, COLOR, ONE, k);
    }
    return 0;
}
