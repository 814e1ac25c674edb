using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Sample.Training;

/// <summary>Pre-trains on images that are in no file: an <see cref="IImageSource"/> has them.</summary>
internal static class OwnImages
{
    internal static void Run(string folder, string[] settings)
    {
        using ImageSet images = ImageSet.Of(new Discs());
        Pretrainer run = Pretrainer.Create(folder, images, RecipeResolution.Resolve("demo32", overrides: settings));
        run.StageEnded += (_, stage) => Console.WriteLine($"{stage.Stage} has done its {stage.Steps} steps");
        run.Run();
    }

    /// <summary>Discs, drawn when they are asked for; bytes of files would go through <see cref="ImageDecoder"/>.</summary>
    private sealed class Discs : IImageSource
    {
        private const int Side = 48;

        public string Name => "discs";

        public int Count => 1000;

        public string NameOf(int index) => $"disc {index}";

        public RgbImage Load(int index, DecodeTarget target)
        {
            RgbImage image = new(Side, Side);
            (int x, int y, int radius) = (index % 31 + 8, index % 29 + 8, index % 7 + 5);
            for (int at = 0; at < Side * Side; at++)
                if (Math.Pow(at % Side - x, 2) + Math.Pow(at / Side - y, 2) < radius * radius)
                    image.Pixels.AsSpan(3 * at, 3).Fill((byte)(55 + index % 200));
            return image;
        }
    }
}
