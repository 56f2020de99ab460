// Takes or picks a photo, and shows what is on it.

import { Asset } from 'expo-asset';
import {
  launchCameraAsync,
  launchImageLibraryAsync,
  requestCameraPermissionsAsync,
  type ImagePickerOptions,
} from 'expo-image-picker';
import { GroupwiseView, useClassifier, type Classification } from 'groupwise/react-native';
import modelFile from 'groupwise/models/cifar10-fast-flgc4/model.gw';
import { useState } from 'react';
import { ActivityIndicator, Button, Image, StyleSheet, Text, View } from 'react-native';

/** Release builds for Android keep bundled files in their package, from where Expo copies them. */
const model = Asset.fromModule(modelFile);

/** Base64 reaches the web view without another trip to the file system. */
const PICTURE: ImagePickerOptions = { mediaTypes: ['images'], quality: 0.8, base64: true };

const pick = async (source: 'camera' | 'library') => {
  if (source === 'camera' && !(await requestCameraPermissionsAsync()).granted) return undefined;
  const { assets } = await (source === 'camera' ? launchCameraAsync(PICTURE) : launchImageLibraryAsync(PICTURE));
  return assets?.[0];
};

const Bar = ({ label, score }: Classification) => (
  <View style={styles.row} accessible accessibilityLabel={`${label}, ${Math.round(score * 100)} percent`}>
    <View style={[styles.bar, { width: `${score * 100}%` }]} />
    <Text style={styles.label}>{label}</Text>
    <Text style={styles.score}>{(score * 100).toFixed(1)} %</Text>
  </View>
);

const Classify = () => {
  const { classifier, error: loading } = useClassifier(model);
  const [uri, setUri] = useState<string>();
  const [results, setResults] = useState<Classification[]>([]);
  const [note, setNote] = useState('');

  const classify = async (source: 'camera' | 'library') => {
    try {
      const photo = await pick(source);
      if (!photo) return;
      setUri(photo.uri);
      setResults([]);
      const start = performance.now();
      setResults(await classifier!.classify(photo, { topK: 5 }));
      setNote(`${Math.round(performance.now() - start)} ms`);
    } catch (error) {
      setNote(String(error));
    }
  };

  if (loading) return <Text style={styles.note}>{loading.message}</Text>;
  if (!classifier) return <ActivityIndicator />;
  return (
    <>
      {uri && <Image source={{ uri }} style={styles.photo} accessibilityLabel="the photo" />}
      {results.map((result) => (
        <Bar key={result.index} {...result} />
      ))}
      <Text style={styles.note}>{note}</Text>
      <Button title="Take a photo" onPress={() => void classify('camera')} />
      <Button title="Choose a photo" onPress={() => void classify('library')} />
    </>
  );
};

/** The app: one GroupwiseView at its root runs all models. */
export const App = () => (
  <View style={styles.screen}>
    <GroupwiseView />
    <Classify />
  </View>
);

const styles = StyleSheet.create({
  screen: { flex: 1, justifyContent: 'center', gap: 12, padding: 20 },
  photo: { width: '100%', height: 260, borderRadius: 12 },
  row: { height: 36, borderRadius: 8, overflow: 'hidden', backgroundColor: '#eef1f4', justifyContent: 'center' },
  bar: { position: 'absolute', top: 0, bottom: 0, backgroundColor: '#b9d8f5' },
  label: { paddingHorizontal: 12, fontWeight: '600' },
  score: { position: 'absolute', right: 12 },
  note: { textAlign: 'center', color: '#555' },
});
