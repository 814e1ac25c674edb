using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using static TorchSharp.torch;

namespace SpotArtifacts.Sample.Training;

/// <summary>Fine-tunes a classifier around a run's trunk, in plain TorchSharp.</summary>
internal static class OwnClassifier
{
    internal static void Run(string run, string labelled)
    {
        TrainedWeights trained = TrainedWeights.Open(run);
        using ImageSet set = ImageSet.Open([labelled]);
        DecodedImages images = new(set);
        int[] good = images.DecodeAll();
        DiscriminatorTrunk trunk = trained.OpenTrunk();
        using var classifier = nn.Sequential(
            trunk, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * trunk.Channels, set.ClassCount));
        using var optimizer = optim.AdamW(classifier.parameters(), lr: 1e-3);
        EvaluationView view = new(trained.Recipe.Network.ImageSize);
        for (int epoch = 1; epoch <= 3; epoch++)
            foreach (LoadedBatch batch in BatchLoader.Pass(images, good, view, 32))
            {
                using (batch)
                using (NewDisposeScope())
                {
                    Tensor input = tensor(batch.Pixels).reshape(batch.Count, 3, batch.Size, batch.Size);
                    Tensor labels = tensor([.. batch.Indices.Select(index => (long)set.Label(index))]);
                    optimizer.zero_grad();
                    Tensor loss = nn.functional.cross_entropy(classifier.forward(input), labels);
                    loss.backward();
                    optimizer.step();
                    Console.WriteLine($"epoch {epoch}: loss {loss.item<float>():F3}");
                }
            }
    }
}
