using System.Globalization;
using SpotArtifacts.Export;
using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Repair;

namespace SpotArtifacts.Bench;

/// <summary>
/// How well inspection finds planted damage in held-out images: area under the ROC curve for "is it damaged" (an image against
/// itself undamaged, all images together) and for "where" (damaged against undamaged places). 0.5 is chance.
/// </summary>
/// <remarks>
/// Three ways side by side: images as they are; images through the autoencoder first; and, as a yardstick that needs no
/// discriminator, how badly the autoencoder reproduces the image and the place.
/// </remarks>
internal static class InspectionEvidence
{
    private const int Batch = 64;

    /// <summary>Prints one line for each kind of damage.</summary>
    internal static int Run(string[] args)
    {
        int count = int.Parse(args[1], CultureInfo.InvariantCulture), scale = int.Parse(args[2], CultureInfo.InvariantCulture);
        using RepairingNetworks networks = RepairingNetworks.Load(args[0]);
        using ImageSet set = ImageSet.Open(args[3..]);
        int size = scale * networks.Recipe.Network.ImageSize;
        RgbImage[] images = [.. Spread(set, count).Select(image => Square(image, size))];
        int[] tiles = scale == 1 ? [] : [scale];
        Way[] ways =
        [
            new("as it is", ExportOnDemand.OpenInspector(args[0], new InspectionOptions { Tiles = tiles, AsIs = true })),
            new("autoencoded", ExportOnDemand.OpenInspector(args[0], new InspectionOptions { Tiles = tiles })),
            new("reconstruction", null),
        ];
        Console.WriteLine(
            $"{images.Length} images of {size} x {size}; AUC of \"is it damaged\" / \"where\" over all places / \"where\" "
            + "within an image");
        Console.WriteLine($"{"",-26}" + string.Concat(ways.Select(way => $"{way.Name,-24}")));
        foreach ((string kind, IReadOnlyList<PlantedCase> cases) in Kinds(networks, images, scale))
            Console.WriteLine($"{kind,-26}" + string.Concat(ways.Select(way => $"{Measure(way, cases, networks, scale),-24}")));
        foreach (Way way in ways)
            way.Inspector?.Dispose();
        return 0;
    }

    private static IEnumerable<(string Kind, IReadOnlyList<PlantedCase> Cases)> Kinds(
        RepairingNetworks networks, RgbImage[] images, int scale)
    {
        var own = new RepairedDamage(networks);
        if (scale == 1)
        {
            PlantedCase[] everywhere = [.. images.Chunk(Batch).SelectMany((part, i) => own.Everywhere(part, (ulong)i))];
            yield return ("repaired, as in training", everywhere);
            yield return ("repaired, against photos", [.. everywhere.Select((one, i) => one with { Clean = images[i] })]);
            yield return ("repaired, a part", [.. images.Chunk(Batch).SelectMany((part, i) => own.InAPart(part, (ulong)i))]);
        }
        yield return ("pasted patch",
            Plant(images, 1,
            (int i, ref SeededRandom random) => PlantedDamage.Paste(images[i], images[(i + 1) % images.Length], ref random)));
        yield return ("JPEG blocks, quality 10",
            Plant(images, 2, (int i, ref SeededRandom random) => PlantedDamage.JpegBlocks(images[i], ref random)));
        yield return ("blurred patch",
            Plant(images, 3, (int i, ref SeededRandom random) => PlantedDamage.Blur(images[i], ref random)));
    }

    private static PlantedCase[] Plant(RgbImage[] images, ulong seed, Planter plant)
    {
        var random = new SeededRandom(seed);
        var cases = new PlantedCase[images.Length];
        for (int i = 0; i < cases.Length; i++)
            cases[i] = plant(i, ref random);
        return cases;
    }

    private static string Measure(Way way, IReadOnlyList<PlantedCase> cases, RepairingNetworks networks, int scale)
    {
        (float[] clean, _) = Scores(way, [.. cases.Select(one => one.Clean)], networks, scale);
        (float[] damaged, IReadOnlyList<DamageMap> maps) = Scores(way, [.. cases.Select(one => one.Damaged)], networks, scale);
        float[] targets = [.. clean.Select(_ => 0f), .. damaged.Select(_ => 1f)];
        double isIt = SpottingHealth.AreaUnderRoc([.. clean, .. damaged], targets);
        int grid = scale * networks.Recipe.Network.KeepMaskGrid;
        List<float> scores = [], truth = [];
        List<double> within = [];
        for (int i = 0; i < cases.Count; i++)
        {
            (float[] s, float[] t) = Places(maps[i], cases[i], grid);
            scores.AddRange(s);
            truth.AddRange(t);
            if (t.Distinct().Count() == 2)
                within.Add(SpottingHealth.AreaUnderRoc(s, t));
        }
        return string.Create(CultureInfo.InvariantCulture,
            $"{isIt:0.000} / {SpottingHealth.AreaUnderRoc([.. scores], [.. truth]):0.000} / {within.Average():0.000}");
    }

    // A place is damaged when half of its pixels are, undamaged when none is; what lies between is left out.
    private static (float[] Scores, float[] Truth) Places(DamageMap map, PlantedCase one, int grid)
    {
        List<float> scores = [], truth = [];
        int size = one.Clean.Width, cell = size / grid;
        for (int row = 0; row < grid; row++)
            for (int column = 0; column < grid; column++)
            {
                int hit = 0;
                for (int i = 0; i < cell * cell; i++)
                    if (one.Where[(row * cell + i / cell) * size + column * cell + i % cell])
                        hit++;
                if (hit != 0 && 2 * hit < cell * cell)
                    continue;
                scores.Add(map.At((column + 0.5) / grid, (row + 0.5) / grid));
                truth.Add(hit == 0 ? 0 : 1);
            }
        return ([.. scores], [.. truth]);
    }

    private static (float[] Scores, IReadOnlyList<DamageMap> Maps) Scores(
        Way way, RgbImage[] images, RepairingNetworks networks, int scale)
    {
        if (way.Inspector is { } inspector)
        {
            ImageInspection[] found = [.. images.Chunk(Batch).SelectMany(part => inspector.Inspect(part))];
            return ([.. found.Select(one => one.Repaired)], [.. found.Select(one => one.Map!)]);
        }
        int grid = networks.Recipe.Network.KeepMaskGrid, size = networks.Recipe.Network.ImageSize;
        RgbImage[] views = scale == 1 ? images : [.. images.Select(image => Square(image, size))];
        RgbImage[] decoded = [.. views.Chunk(Batch).SelectMany(new RepairedDamage(networks).Autoencode)];
        DamageMap[] maps = [.. views.Zip(decoded, (a, b) => Error(a, b, grid))];
        return ([.. maps.Select(map => (float)map.Mean)], maps);
    }

    private static DamageMap Error(RgbImage a, RgbImage b, int grid)
    {
        float[] sums = new float[grid * grid];
        int cell = a.Width / grid;
        for (int i = 0; i < a.Pixels.Length; i++)
        {
            float difference = (a.Pixels[i] - b.Pixels[i]) / 255f;
            sums[i / 3 / a.Width / cell * grid + i / 3 % a.Width / cell] += difference * difference / (3 * cell * cell);
        }
        return new DamageMap(grid, grid, sums);
    }

    private static RgbImage Square(RgbImage image, int size) =>
        image.Width == size && image.Height == size
            ? image
            : new Resizer().Resize(image, new SourceBox(0, 0, image.Width, image.Height), size, ResizeFilter.Bilinear);

    private static IEnumerable<RgbImage> Spread(ImageSet set, int count)
    {
        count = Math.Min(count, set.Count);
        for (int i = 0; i < count; i++)
            yield return set.Load((int)((long)i * set.Count / count));
    }

    private delegate PlantedCase Planter(int index, ref SeededRandom random);

    private sealed record Way(string Name, ArtifactInspector? Inspector);
}
