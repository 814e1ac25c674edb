// An exported model in a pipeline of ML.NET: its features, and a classifier of yours behind them.
//
//     dotnet run --project samples/SpotArtifacts.Sample.MachineLearning -- MODEL.onnx FOLDER
//
// FOLDER has a folder of images for each label. Half of the images teach, the others are asked for.
using Microsoft.ML;
using Microsoft.ML.Data;
using SpotArtifacts;
using SpotArtifacts.Features;
using SpotArtifacts.Images;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: MODEL.onnx FOLDER");
    return 2;
}
try
{
    // Only what an image is shown as comes from SpotModel; the network is computed by ML.NET.
    using SpotModel model = SpotModel.Load(args[0]);
    using ImageSet images = ImageSet.Open([args[1]]);
    int size = model.View.Size;
    Shown[] shown = [.. Enumerable.Range(0, images.Count).Select(Show)];

    MLContext ml = new(seed: 1);
    SchemaDefinition schema = SchemaDefinition.Create(typeof(Shown));
    schema["input"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 1, size, size, 3);
    IDataView Rows(int half) => ml.Data.LoadFromEnumerable(shown.Where((_, i) => i % 2 == half), schema);
    var pipeline = ml.Transforms.ApplyOnnxModel(["output"], ["input"], args[0])
        .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
        .AppendCacheCheckpoint(ml) // the network computes each image once, not once for every pass of the trainer
        .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(featureColumnName: "output"));
    using var trained = pipeline.Fit(Rows(0));

    IDataView asked = trained.Transform(Rows(1));
    Console.WriteLine($"{asked.Schema["output"].Type} features");
    double right = ml.MulticlassClassification.Evaluate(asked).MicroAccuracy;
    Console.WriteLine(FormattableString.Invariant($"right: {right:F2} of {shown.Length / 2} images"));
    return 0;

    Shown Show(int index)
    {
        float[] planes = new float[3 * size * size];
        model.View.Apply(images.Load(index, model.View.Target), 0, planes);
        byte[] pixels = new byte[planes.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)float.Round(127.5f * (planes[i % 3 * size * size + i / 3] + 1));
        return new Shown { Label = images.Label(index), Pixels = pixels };
    }
}
catch (SpotException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}

internal sealed class Shown
{
    public int Label { get; init; }

    [ColumnName("input")]
    public byte[] Pixels { get; init; } = [];
}
