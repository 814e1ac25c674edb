// Which of these photographs look alike?
//
//     spot export RUN --format onnx --out mine.onnx
//     dotnet run --project samples/SpotArtifacts.Sample -- mine.onnx PHOTO PHOTO PHOTO...
using System.Numerics.Tensors;
using Microsoft.Extensions.DependencyInjection;
using SpotArtifacts;
using SpotArtifacts.Features;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: MODEL.onnx PHOTO PHOTO...");
    return 2;
}
try
{
    // One model for the whole application. Without a container: using SpotModel model = SpotModel.Load(args[0], options);
    ServiceCollection services = new();
    services.AddSpotFeatures(options =>
        (options.ModelFile, options.Features) = (args[0], new SpotModelOptions { Normalize = true }));
    await using ServiceProvider provider = services.BuildServiceProvider();
    SpotModel model = provider.GetRequiredService<SpotModel>();

    string[] photos = args[1..];
    List<float[]> vectors = [];
    await foreach (float[] vector in model.EmbedAsync(photos))
        vectors.Add(vector);

    Console.WriteLine(
        $"{photos.Length} vectors of {model.Dimensions} numbers ({model.Options.Layer.Name()}, network "
        + $"{model.Description.Network[..8]})");
    for (int i = 0; i < photos.Length; i++)
    {
        // Vectors of length 1: their scalar product is the cosine.
        (float similarity, int nearest) = Enumerable.Range(0, photos.Length).Where(other => other != i)
            .Select(other => (TensorPrimitives.Dot<float>(vectors[i], vectors[other]), other)).Max();
        Console.WriteLine(
            FormattableString.Invariant(
                $"{Path.GetFileName(photos[i])} is most like {Path.GetFileName(photos[nearest])} ({similarity:F3})"));
    }
    return 0;
}
catch (SpotException problem)
{
    // The message says what is wrong and what would be right.
    Console.Error.WriteLine(problem.Message);
    return 1;
}
