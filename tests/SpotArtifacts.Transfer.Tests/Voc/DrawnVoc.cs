using System.Globalization;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Tests.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Voc;

/// <summary>
/// A tiny devkit: one or two plain squares on noise in each image, of three classes by colour (boat red, bus green, cow blue),
/// with boxes and masks, and protocols run on it with an untrained network.
/// </summary>
internal sealed class DrawnVoc : IDisposable
{
    internal const int Width = 64, Height = 48;
    private static readonly (string Name, byte R, byte G, byte B)[] s_classes =
        [("boat", 230, 20, 20), ("bus", 20, 230, 20), ("cow", 20, 20, 230)];
    private readonly TemporaryFolder _folder = new();

    internal DrawnVoc(int train, int test, string trainSplit = "trainval", string testSplit = "test")
    {
        var builder = new VocDevkitBuilder(_folder.Path);
        for (int i = 0; i < train + test; i++)
            Draw(builder, i < train ? trainSplit : testSplit, i);
        builder.WriteLists();
        Root = builder.Root;
        Data = new EvaluationData([Root], [Root]);
    }

    internal string Root { get; }

    internal EvaluationData Data { get; }

    internal string At(string relative) => Path.Combine(Root, relative);

    /// <summary>One protocol on an untrained network of preset fix32.</summary>
    internal ProtocolResult Measure(string protocol, params string[] settings) => Measure(protocol, [1], settings);

    internal ProtocolResult Measure(string protocol, IReadOnlyList<ulong> seeds, string[] settings) =>
        Assert.Single(new Evaluator(Data, new EvaluationPlan([ProtocolRegistry.Find(protocol)], settings, seeds),
            EvaluationProgress.None)
            .Run([EvaluationBench.Random()], TestContext.Current.CancellationToken));

    internal static double Mean(ProtocolResult result, string name, string part = "") =>
        result.Metrics.Single(m => m.Name == name && m.Part == part).Mean;

    public void Dispose()
    {
        Data.Dispose();
        _folder.Dispose();
    }

    private static void Draw(VocDevkitBuilder builder, string split, int number)
    {
        SeededRandom random = new(SeededRandom.Mix(77, (ulong)number));
        RgbImage image = new(Width, Height);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)(90 + random.NextInt(60));
        byte[] mask = new byte[Width * Height];
        List<VocObject> objects = [];
        int first = random.NextInt(3);
        for (int half = 0; half < 2; half++)
        {
            if (half == 1 && random.NextInt(3) == 0)
                continue;
            int side = 18 + random.NextInt(10), x = 32 * half + random.NextInt(32 - side), y = random.NextInt(Height - side),
            c = (first + half) % 3;
            Fill(image, mask, s_classes[c], x, y, side);
            objects.Add(new VocObject(VocClasses.IndexOf(s_classes[c].Name), new VocBox(x + 1, y + 1, x + side, y + side),
                random.NextInt(12) == 0, false));
        }
        builder.Add(split, string.Create(CultureInfo.InvariantCulture, $"{number:D6}"), image, objects, mask);
    }

    // The outermost ring of pixels is the border, which is not judged.
    private static void Fill(RgbImage image, byte[] mask, (string Name, byte R, byte G, byte B) kind, int x0, int y0, int side)
    {
        for (int y = y0; y < y0 + side; y++)
            for (int x = x0; x < x0 + side; x++)
            {
                int at = y * Width + x;
                (image.Pixels[3 * at], image.Pixels[3 * at + 1], image.Pixels[3 * at + 2]) = (kind.R, kind.G, kind.B);
                bool border = x == x0 || y == y0 || x == x0 + side - 1 || y == y0 + side - 1;
                mask[at] = border ? (byte)VocClasses.Ignore : (byte)(VocClasses.IndexOf(kind.Name) + 1);
            }
    }
}
