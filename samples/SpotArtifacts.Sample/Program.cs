// Which of these photographs look alike?
//
//     spot export RUN --format onnx --out mine.onnx
//     dotnet run --project samples/SpotArtifacts.Sample -- mine.onnx PHOTO PHOTO PHOTO...
using System.Numerics.Tensors;
using SpotArtifacts;
using SpotArtifacts.Features;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: MODEL.onnx PHOTO PHOTO...");
    return 2;
}
try
{
    // One model for the whole application. In a container: services.AddSpotFeatures(o => o.ModelFile = args[0]);
    using SpotModel model = SpotModel.Load(args[0], new SpotModelOptions { Normalize = true });
    string[] photos = args[1..];
    List<float[]> vectors = [];
    await foreach (float[] vector in model.EmbedAsync(photos))
        vectors.Add(vector);

    string network = $"{model.Layer.Name()}, network {model.Description.Network[..8]}";
    Console.WriteLine($"{photos.Length} vectors of {model.Dimensions} numbers ({network})");
    for (int i = 0; i < photos.Length; i++)
    {
        // Vectors of length 1: their scalar product is the cosine.
        (float likeness, int nearest) = Enumerable.Range(0, photos.Length).Where(other => other != i)
            .Select(other => (TensorPrimitives.Dot<float>(vectors[i], vectors[other]), other)).Max();
        (string one, string other) = (Path.GetFileName(photos[i]), Path.GetFileName(photos[nearest]));
        Console.WriteLine(FormattableString.Invariant($"{one} is most like {other} ({likeness:F3})"));
    }
    return 0;
}
catch (SpotException problem)
{
    Console.Error.WriteLine(problem.Message); // says what is wrong and what would be right
    return 1;
}
