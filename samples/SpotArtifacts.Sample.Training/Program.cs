// Four programs in one; each stands in a file of its own.
//
//     dotnet run --project samples/SpotArtifacts.Sample.Training -- pretrain PHOTOS RUN [SETTING=VALUE...]
//     dotnet run --project samples/SpotArtifacts.Sample.Training -- images RUN [SETTING=VALUE...]
//     dotnet run --project samples/SpotArtifacts.Sample.Training -- pretext PHOTOS RUN [SETTING=VALUE...]
//     dotnet run --project samples/SpotArtifacts.Sample.Training -- classify RUN LABELLED
using SpotArtifacts;
using SpotArtifacts.Sample.Training;

try
{
    switch (args)
    {
        case ["pretrain", var photos, var run, .. var settings]: PretrainOnPhotos.Run(photos, run, settings); break;
        case ["images", var run, .. var settings]: OwnImages.Run(run, settings); break;
        case ["pretext", var photos, var run, .. var settings]: OwnPretext.Run(photos, run, settings); break;
        case ["classify", var run, var labelled]: OwnClassifier.Run(run, labelled); break;
        default:
            Console.Error.WriteLine("usage: pretrain PHOTOS RUN | images RUN | pretext PHOTOS RUN | classify RUN LABELLED");
            return 2;
    }
    return 0;
}
catch (SpotException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
