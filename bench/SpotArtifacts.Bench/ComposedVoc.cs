using System.Globalization;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Scenes;
using SpotArtifacts.Tests.Support;

namespace SpotArtifacts.Bench;

/// <summary>
/// A devkit of pictures made in code: one to three rendered solids, cut out and placed on blurred noise, some hiding part of
/// others. The solids carry names of VOC's classes, which the layout asks for; they do not look like them. Each class has a tint
/// besides its shape, so that a few hundred steps suffice to learn it.
/// </summary>
internal static class ComposedVoc
{
    private const int Width = 160, Height = 120, MinSide = 48, MaxSide = 100;
    private const long Seed = 2007;
    private static readonly string[] s_names =
        ["sheep", "tvmonitor", "boat", "bicycle", "pottedplant", "diningtable", "chair", "bottle", "motorbike", "bird"];

    private static readonly (float R, float G, float B)[] s_tints =
        [(1, 0.2f, 0.2f), (0.2f, 1, 0.2f), (0.2f, 0.2f, 1), (1, 1, 0.2f), (1, 0.2f, 1), (0.2f, 1, 1), (1, 0.6f, 0.2f),
            (0.6f, 0.2f, 1), (0.4f, 0.4f, 0.4f), (1, 1, 1)];

    internal static int Run(string[] arguments)
    {
        (string folder, int train, int test) = (arguments[0], int.Parse(arguments[1], CultureInfo.InvariantCulture),
            int.Parse(arguments[2], CultureInfo.InvariantCulture));
        // One set of pictures under both years: classification and detection ask for 2007's splits, segmentation for 2012's.
        foreach ((string year, string first, string second) in ((string, string, string)[])[("VOC2007", "trainval", "test"),
            ("VOC2012", "train", "val")])
        {
            VocDevkitBuilder builder = new(folder, year);
            for (int i = 0; i < train + test; i++)
                Compose(builder, i < train ? first : second, i);
            builder.WriteLists();
        }
        return 0;
    }

    private static void Compose(VocDevkitBuilder builder, string split, int number)
    {
        SeededRandom random = new(SeededRandom.Mix((ulong)Seed, (ulong)number));
        RgbImage canvas = Background(ref random);
        byte[] mask = new byte[Width * Height];
        int[] owner = new int[Width * Height];
        List<(int Class, VocBox Box, int Pixels)> placed = [];
        for (int left = 1 + random.NextInt(3); left > 0; left--)
        {
            int side = MinSide + random.NextInt(MaxSide - MinSide);
            (RgbImage picture, bool[] shown, int label) = SceneImages.RenderCutout(10 * number + left, Seed, side);
            int voc = VocClasses.IndexOf(s_names[label]), x0 = random.NextInt(Width - side + 1),
            y0 = random.NextInt(Height - side + 1);
            Tint(picture, s_tints[label]);
            if (Paste(canvas, mask, owner, picture, shown, x0, y0, voc, placed.Count + 1) is { } box)
                placed.Add((voc, box, shown.Count(s => s)));
        }
        VocObject[] objects =
            [.. placed.Select((p, i) => new VocObject(p.Class, p.Box, Difficult: owner.Count(o => o == i + 1) < 0.4 * p.Pixels,
            Truncated: false))];
        builder.Add(split, string.Create(CultureInfo.InvariantCulture, $"{number:D6}"), canvas, objects, Bordered(mask, owner));
    }

    private static RgbImage Background(ref SeededRandom random)
    {
        RgbImage coarse = new(6, 6);
        for (int i = 0; i < coarse.Pixels.Length; i++)
            coarse.Pixels[i] = (byte)(100 + random.NextInt(56));
        RgbImage square = new Resizer().Resize(coarse, new SourceBox(0, 0, 6, 6), Width, ResizeFilter.Bicubic);
        RgbImage canvas = new(Width, Height, square.Pixels[..(3 * Width * Height)]);
        for (int i = 0; i < canvas.Pixels.Length; i++)
            canvas.Pixels[i] = (byte)Math.Clamp(canvas.Pixels[i] + random.NextInt(25) - 12, 0, 255);
        return canvas;
    }

    private static void Tint(RgbImage picture, (float R, float G, float B) tint)
    {
        for (int i = 0; i < picture.Pixels.Length; i += 3)
        {
            float light = MathF.Min(255, 60 + 1.2f * (picture.Pixels[i] + picture.Pixels[i + 1] + picture.Pixels[i + 2]) / 3);
            (picture.Pixels[i], picture.Pixels[i + 1], picture.Pixels[i + 2]) =
                ((byte)(light * tint.R), (byte)(light * tint.G), (byte)(light * tint.B));
        }
    }

    private static VocBox? Paste(RgbImage canvas, byte[] mask, int[] owner, RgbImage picture, bool[] shown, int x0, int y0,
        int voc, int number)
    {
        (int left, int top, int right, int bottom) = (int.MaxValue, int.MaxValue, -1, -1);
        for (int i = 0; i < shown.Length; i++)
        {
            if (!shown[i])
                continue;
            int x = x0 + i % picture.Width, y = y0 + i / picture.Width, at = y * Width + x;
            picture.Pixels.AsSpan(3 * i, 3).CopyTo(canvas.Pixels.AsSpan(3 * at));
            (mask[at], owner[at]) = ((byte)(voc + 1), number);
            (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
        }
        return right < 0 ? null : new VocBox(left + 1, top + 1, right + 1, bottom + 1);
    }

    /// <summary>255 where an object ends, as in the devkit.</summary>
    private static byte[] Bordered(byte[] mask, int[] owner)
    {
        byte[] bordered = [.. mask];
        for (int i = 0; i < mask.Length; i++)
            if ((i % Width > 0 && owner[i] != owner[i - 1]) || (i >= Width && owner[i] != owner[i - Width]))
                bordered[i] = VocClasses.Ignore;
        return bordered;
    }
}
