// Which of these photographs look alike?
//
//     dotnet run --project samples/SpotArtifacts.Sample -- RUN PHOTO PHOTO PHOTO...
//
// RUN is a run folder, or a file of weights alone.
using Microsoft.Extensions.DependencyInjection;
using SpotArtifacts;
using SpotArtifacts.Features;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: RUN PHOTO PHOTO...");
    return 2;
}
try
{
    // In an application with a container: one model for all, loaded when it is first asked for.
    ServiceCollection services = new();
    services.AddSpotFeatures(options =>
    {
        options.Weights = args[0];
        options.Model = new SpotModelOptions { Normalize = true };
    });
    await using ServiceProvider provider = services.BuildServiceProvider();
    SpotModel model = provider.GetRequiredService<SpotModel>();

    // Without one: using SpotModel model = SpotModel.Load(args[0], new SpotModelOptions { Normalize = true });
    string[] photos = args[1..];
    List<float[]> vectors = [];
    await foreach (float[] vector in model.EmbedAsync(photos)) vectors.Add(vector);

    Console.WriteLine($"{photos.Length} vectors of {model.Dimensions} numbers ({model.Options.Layer}, network {model.Fingerprint[..8]})");
    for (int i = 0; i < photos.Length; i++)
    {
        (float similarity, int nearest) = Enumerable.Range(0, photos.Length).Where(other => other != i)
            .Select(other => (Cosine(vectors[i], vectors[other]), other)).Max();
        Console.WriteLine(FormattableString.Invariant($"{Path.GetFileName(photos[i])} is most like {Path.GetFileName(photos[nearest])} ({similarity:F3})"));
    }
    return 0;
}
catch (SpotException problem)
{
    // The message says what is wrong and what would be right.
    Console.Error.WriteLine(problem.Message);
    return 1;
}

// Vectors of length 1: their scalar product.
static float Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => a * b).Sum();
